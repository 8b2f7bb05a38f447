"""seccomp: which system calls this process may make, for the rest of its life. The policy, and a filter made from it.

An allow-list: what is not named below is refused. A refused call fails with an error number, as if it had been tried in
vain, so that libraries fall back and the author of a scene reads `PermissionError` instead of a dead process. The
filter is a program of classic BPF: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from visium_graph.sandbox.linux import checked, libc, no_new_privileges
from visium_graph.sandbox.syscalls import Architecture, this_architecture

__all__ = ["denying", "install", "program", "restrict"]

# --- The policy ------------------------------------------------------------------------------------------------------

_ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile copy_file_range ftruncate
    fsync fdatasync fadvise64 readahead open openat creat close close_range dup dup2 dup3 pipe pipe2
    stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir
    getdents getdents64 umask mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd eventfd2

    mmap mprotect munmap mremap madvise brk mincore msync membarrier

    set_robust_list get_robust_list rseq futex set_tid_address gettid exit exit_group sched_yield sched_getaffinity getcpu

    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times alarm getitimer setitimer
    restart_syscall

    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause

    getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid getpriority
    uname sysinfo getrusage getrlimit getrandom capget wait4
"""
"""Files (Landlock says which), memory, threads, time, the process's own signals, what it is. So no fork, exec, socket,
truncate by path, link, symlink, mknod, memfd_create, ptrace, process_vm_*, pidfd_*, setsid, setpgid, mount, unshare,
setns, io_uring, bpf, userfaultfd, perf, keyctl, inotify, System V or POSIX message queues, personality, seccomp, ..."""

_PRETENDED = "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat"
"""Not done, and answered with success: Landlock does not govern them, and Manim and shutil call them on its own files."""

_NOT_SUPPORTED = """
    getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr flistxattr
    removexattr lremovexattr fremovexattr fallocate
"""
"""Answered like a file system that has no such thing: shutil and libc then do without."""

_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 36, 37, 38)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC, F_OFD_*. Never F_SETOWN: that
is a way to send signals to other processes."""
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: is this a terminal, how much is there to read."""
_PRCTL = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA. Never PR_SET_PDEATHSIG: it would outlive its parent."""

_THREAD = 0x00010900
"""CLONE_VM, CLONE_SIGHAND, CLONE_THREAD: what makes a thread."""
_NO_THREAD = 0x7E02F080
"""CLONE_NEW*, CLONE_PIDFD, CLONE_PTRACE, CLONE_VFORK, CLONE_PARENT: what no thread needs."""

_LAST_NUMBER = 462
"""The last call there was when this was written. Later ones do not exist here, so that libc falls back to what does."""

# --- The program -----------------------------------------------------------------------------------------------------

_KILL, _ALLOW, _FAIL = 0x80000000, 0x7FFF0000, 0x00050000
_X32 = 0x40000000
"""Set in the numbers of x86_64's third interface; no number of the others is as high."""


class _Op(NamedTuple):
    """One instruction: struct sock_filter of <linux/filter.h>."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0


_Body = tuple[_Op, ...]


def _load(offset: int) -> _Op:
    """Take 32 bits of struct seccomp_data into the accumulator: 0 the number, 4 the architecture, 16 + 8 i argument i."""
    return _Op(0x20, offset)


def _and(mask: int) -> _Op:
    return _Op(0x54, mask)


def _equal(value: int, if_true: int, if_false: int) -> _Op:
    """Compare with the accumulator and leave out so many instructions."""
    return _Op(0x15, value, if_true, if_false)


def _above(value: int, if_true: int, if_false: int) -> _Op:
    return _Op(0x25, value, if_true, if_false)


def _end(answer: int) -> _Op:
    return _Op(0x06, answer)


def _fail(number: int) -> _Op:
    return _end(_FAIL | number)


def _one_of(argument: int, values: Iterable[int], otherwise: int) -> _Body:
    """Allow the call where the argument (its lower 32 bits, all that the kernel reads of these) is one of the values."""
    tried = [op for value in values for op in (_equal(value, 0, 1), _end(_ALLOW))]
    return (_load(16 + 8 * argument), *tried, _fail(otherwise))


def _only_threads() -> _Body:
    return (_load(16), _and(_THREAD | _NO_THREAD), _equal(_THREAD, 0, 1), _end(_ALLOW), _fail(errno.EPERM))


def _reading_limits(pid: int) -> _Body:
    """prlimit64(own, which, NULL, old): to ask, not to set; root could set them higher."""
    null = (_load(32), _equal(0, 1, 0), _fail(errno.EPERM), _load(36), _equal(0, 1, 0), _fail(errno.EPERM))
    return (*null, *_one_of(0, (0, pid), errno.EPERM))


def program(pid: int, architecture: Architecture, also: Iterable[str] = ()) -> bytes:
    """The filter for the process `pid`, as struct sock_filter[]; `also` names calls that it may make besides."""
    own: dict[str, _Body] = {
        "kill": _one_of(0, (pid,), errno.EPERM),
        "tgkill": _one_of(0, (pid,), errno.EPERM),
        "prlimit64": _reading_limits(pid),
        **dict.fromkeys(also, (_end(_ALLOW),)),
    }
    return _assembled((*_opening(architecture), *_cases(own, architecture))) + _rest(architecture)


def _opening(architecture: Architecture) -> _Body:
    """End the process where a call came by another interface, whose numbers mean other things; else load the number."""
    foreign = (_load(4), _equal(architecture.audit, 1, 0), _end(_KILL))
    return (*foreign, _load(0), _above(_X32 - 1, 0, 1), _end(_KILL))


@cache
def _rest(architecture: Architecture) -> bytes:
    """The part that is the same for every process."""
    cases: dict[str, _Body] = dict.fromkeys(_ALLOWED.split(), (_end(_ALLOW),))
    cases |= dict.fromkeys(_PRETENDED.split(), (_fail(0),))
    cases |= dict.fromkeys(_NOT_SUPPORTED.split(), (_fail(errno.ENOTSUP),))
    cases |= {
        "clone": _only_threads(),
        "clone3": (_fail(errno.ENOSYS),),  # its flags lie in memory, where a filter cannot read; libc then calls clone
        "fcntl": _one_of(1, _FCNTL, errno.EPERM),
        "ioctl": _one_of(1, _IOCTL, errno.ENOTTY),
        "prctl": _one_of(0, _PRCTL, errno.EPERM),
    }
    otherwise = (_above(_LAST_NUMBER, 0, 1), _fail(errno.ENOSYS), _fail(errno.EPERM))
    return _assembled((*_cases(cases, architecture), *otherwise))


def _cases(bodies: Mapping[str, _Body], architecture: Architecture) -> _Body:
    """For each call: compare the number, and go on behind the body where it is another one. Every body ends in answers."""
    return tuple(
        op
        for name, body in bodies.items()
        if name in architecture.numbers  # some have the call under another name only
        for op in (_equal(architecture.numbers[name], 0, len(body)), *body)
    )


def _assembled(code: _Body) -> bytes:
    return b"".join(struct.pack("=HBBI", op.code, op.if_true, op.if_false, op.value) for op in code)


def denying(names: Iterable[str], number: int, architecture: Architecture) -> bytes:
    """A filter that lets everything pass but these calls, which fail with `number`: for trying a poorer kernel."""
    return _assembled((_load(0), *_cases(dict.fromkeys(names, (_fail(number),)), architecture), _end(_ALLOW)))


# --- The kernel's interface ------------------------------------------------------------------------------------------

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def restrict(also: Iterable[str] = ()) -> None:
    """Hold this process to the policy. Call it while there is one thread: others would go on unrestricted.

    Args:
        also: system calls to allow besides, for a process that is to execute a program.

    Raises:
        OSError: the kernel refused, or nothing is known of this processor; nothing is restricted then.
    """
    architecture = this_architecture()
    if architecture is None:
        raise OSError(errno.ENOSYS, "no table of system calls for this processor", "seccomp")
    install(program(os.getpid(), architecture, also))


def install(code: bytes) -> None:
    """Put a filter in front of every system call of the calling thread and of the threads it starts.

    Raises:
        OSError: the kernel refused it.
    """
    no_new_privileges()
    filtered = _Program(len(code) // 8, code)
    zero = ctypes.c_ulong(0)
    checked(libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(filtered), zero, zero), "seccomp")
