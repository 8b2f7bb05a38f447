"""A process that confines itself and then tries what it may and may not; prints what came of each as JSON.

`python confined_trials.py SCRATCH OUTSIDE USER ABI`: the folders exist and belong to USER (a number); ABI is the
Landlock ABI to pretend, so that what fills the gaps of older kernels is tried too. Nothing here would do harm if it got
through: signals have number 0, calls that would change the machine have arguments that make them fail by themselves.
"""

# The plain calls are what is tried.
# ruff: noqa: PTH101, PTH115, PTH208, SIM115, PLW0108, T201
from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.random import default_rng

from visium_graph.sandbox import landlock
from visium_graph.sandbox.confine import confine, readable
from visium_graph.sandbox.job import Limits
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.linux import libc

SCRATCH, OUTSIDE = Path(sys.argv[1]), Path(sys.argv[2])
PARENT, STARTED_BY = os.getppid(), os.getuid()
# Of x86_64; what a test needs by number has no wrapper.
CALLS = {
    "vfork": 58, "tkill": 200, "rt_sigqueueinfo": 129, "ptrace": 101, "process_vm_readv": 310, "personality": 135,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "memfd_secret": 447, "io_uring_setup": 425,
    "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250, "add_key": 248, "inotify_init1": 294,
    "fanotify_init": 300, "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "init_module": 175, "kexec_load": 246, "seccomp": 317, "landlock_create_ruleset": 444,
    "unshare": 272, "setns": 308, "pidfd_getfd": 438, "process_madvise": 440, "move_pages": 279, "kcmp": 312,
    "splice": 275, "vmsplice": 278, "timerfd_create": 283, "signalfd4": 289, "quotactl": 179, "acct": 163,
    "settimeofday": 164, "sethostname": 170, "iopl": 172, "ioperm": 173, "swapon": 167, "setresuid": 117,
    "capset": 126, "sched_setscheduler": 144, "ioprio_set": 251, "modify_ldt": 154, "set_mempolicy": 238,
    "setrlimit": 160,
}  # fmt: skip
F_SETOWN, F_SETSIG, F_NOTIFY = 8, 10, 1026
NULL = ctypes.c_void_p(0)

FORBIDDEN: dict[str, Callable[[], object]] = {}
ALLOWED: dict[str, Callable[[], object]] = {}


def call(name: str, *arguments: int) -> Callable[[], object]:
    """A system call by number; plain zeros make it fail by itself where it is not refused."""

    def make() -> None:
        given = [ctypes.c_long(value) for value in (*arguments, *[0] * 6)[:6]]
        if libc.syscall(ctypes.c_long(CALLS[name]), *given) < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return make


def forbid(name: str, trial: Callable[[], object]) -> None:
    FORBIDDEN[name] = trial


def clone(flags: int) -> None:
    """As the C library's fork does it, with these flags."""
    found = libc.syscall(ctypes.c_long(56), ctypes.c_long(flags), NULL, NULL, NULL, NULL)
    if found == 0:
        os._exit(0)
    if found < 0:
        raise OSError(ctypes.get_errno(), "clone")


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def prctl(option: int, value: int) -> None:
    if libc.prctl(option, ctypes.c_ulong(value), NULL, NULL, NULL) < 0:
        raise OSError(ctypes.get_errno(), "prctl")


FILE, FOLDER = OUTSIDE / "file", OUTSIDE / "folder"
MINE = SCRATCH / "mine"
for name, trial in {
    "read": FILE.read_bytes, "write": lambda: FILE.write_text("x"), "append": lambda: FILE.open("a"),
    "truncate": lambda: os.truncate(FILE, 0), "open-truncating": lambda: os.open(FILE, os.O_RDONLY | os.O_TRUNC),
    "list": lambda: list(OUTSIDE.iterdir()), "make": lambda: (OUTSIDE / "new").write_text("x"),
    "make-folder": lambda: (OUTSIDE / "new-folder").mkdir(), "remove": FILE.unlink, "remove-folder": FOLDER.rmdir,
    "unnamed-file": lambda: os.open(OUTSIDE, os.O_TMPFILE | os.O_RDWR),
    "move-out": lambda: MINE.rename(OUTSIDE / "moved"), "move-in": lambda: FILE.rename(SCRATCH / "moved"),
    "replace": lambda: MINE.replace(FILE), "link-out": lambda: (OUTSIDE / "link").hardlink_to(MINE),
    "link-in": lambda: (SCRATCH / "link").hardlink_to(FILE), "symlink": lambda: (SCRATCH / "symlink").symlink_to("/"),
    "fifo": lambda: os.mkfifo(SCRATCH / "fifo"), "device": lambda: os.mknod(SCRATCH / "device", 0o20666, 0x103),
    "socket-file": lambda: os.mknod(SCRATCH / "socket", 0o140666), "setxattr": lambda: os.setxattr(FILE, "user.x", b"x"),
    "getxattr": lambda: os.getxattr(FILE, "user.x"), "passwords": Path("/etc/passwd").read_bytes,
    "shared-memory": lambda: Path("/dev/shm/visium-trial").write_text(""), "tmp": lambda: tempfile.mkstemp(dir="/tmp"),
    "sys": lambda: os.listdir("/sys"), "proc": lambda: os.listdir("/proc"),
    "own-environment": Path("/proc/self/environ").read_bytes, "own-memory": Path("/proc/self/maps").read_bytes,
    "parents-environment": Path(f"/proc/{PARENT}/environ").read_bytes,
    "parents-command": Path(f"/proc/{PARENT}/cmdline").read_bytes,
    "parents-memory": lambda: Path(f"/proc/{PARENT}/mem").open("rb"),
    "parents-program": lambda: os.readlink(f"/proc/{PARENT}/exe"),
    "parents-descriptors": lambda: os.listdir(f"/proc/{PARENT}/fd"), "root": lambda: os.listdir("/"),
}.items():  # fmt: skip
    forbid(f"file-{name}", trial)
for family in ("INET", "INET6", "UNIX", "NETLINK", "PACKET", "ALG", "VSOCK"):
    for kind in ("STREAM", "DGRAM", "RAW"):
        forbid(
            f"socket-{family}-{kind}",
            lambda family=family, kind=kind: socket.socket(
                getattr(socket, f"AF_{family}"), getattr(socket, f"SOCK_{kind}")
            ),
        )
forbid("socketpair", socket.socketpair)
for name, trial in {
    "fork": fork, "clone": lambda: clone(signal.SIGCHLD), "clone-thread-in-namespace": lambda: clone(0x40010F00),
    "clone-sharing-all": lambda: clone(0x900 | signal.SIGCHLD), "vfork": call("vfork"),
    "exec": lambda: os.execv("/bin/true", ["true"]), "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "subprocess": lambda: subprocess.run(["/bin/true"], check=False), "system-fork": os.forkpty,
    "setsid": os.setsid, "setpgid": lambda: os.setpgid(0, 0), "outlive": lambda: prctl(1, 0),
    "dumpable": lambda: prctl(4, 1), "seccomp-off": lambda: prctl(22, 0), "keep-capabilities": lambda: prctl(8, 1),
    "ambient": lambda: prctl(47, 2), "subreaper": lambda: prctl(36, 1),
}.items():  # fmt: skip
    forbid(f"process-{name}", trial)
for name, trial in {
    "kill-parent": lambda: os.kill(PARENT, 0), "kill-all": lambda: os.kill(-1, 0), "kill-init": lambda: os.kill(1, 0),
    "kill-group": lambda: os.killpg(os.getpgid(PARENT), 0), "tkill": call("tkill", PARENT),
    "queue": call("rt_sigqueueinfo", PARENT), "pidfd": lambda: os.pidfd_open(PARENT),
    "by-descriptor": lambda: fcntl.fcntl(0, F_SETOWN, PARENT), "which-signal": lambda: fcntl.fcntl(0, F_SETSIG, 0),
    "notify": lambda: fcntl.fcntl(0, F_NOTIFY, 0), "ptrace": call("ptrace", 0x4206, PARENT),
    "read-memory": call("process_vm_readv", PARENT), "limits": lambda: resource.prlimit(PARENT, resource.RLIMIT_NOFILE),
    "nice": lambda: os.setpriority(os.PRIO_PROCESS, PARENT, 19), "affinity": lambda: os.sched_setaffinity(PARENT, {0}),
    "own-limits": call("setrlimit"), "sigio": lambda: fcntl.ioctl(0, 0x8901, b"1234"),
}.items():  # fmt: skip
    forbid(f"others-{name}", trial)
for name in CALLS:
    if name not in {"vfork", "tkill", "rt_sigqueueinfo", "ptrace", "process_vm_readv"}:
        forbid(f"call-{name}", call(name))
forbid("call-memfd_create", lambda: os.memfd_create("x"))
forbid("call-setuid", lambda: os.setuid(os.getuid()))
forbid("call-terminal-input", lambda: fcntl.ioctl(0, 0x5412, b"x"))


def allow(trial: Callable[[], object]) -> Callable[[], object]:
    ALLOWED[trial.__name__.replace("_", "-")] = trial
    return trial


@allow
def threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda number: number * 2, range(100))) == 9900
    started = threading.Thread(target=time.sleep, args=(0.001,))
    started.start()
    started.join()


@allow
def files() -> None:
    folder = Path(tempfile.mkdtemp(dir=SCRATCH))
    (folder / "a").write_bytes(bytes(10_000))
    (folder / "b").mkdir(0o755)
    shutil.move(folder / "a", folder / "b" / "a")  # copies under the first ABI, which refuses to move between folders
    with (folder / "b" / "a").open("r+b") as file:
        file.truncate(4096)
        with mmap.mmap(file.fileno(), 4096) as view:
            view[:3] = b"abc"
        os.fsync(file.fileno())
    assert (folder / "b" / "a").read_bytes()[:4] == b"abc\0"
    assert os.statvfs(folder).f_bsize
    (folder / "b" / "a").unlink()
    (folder / "b").rmdir()
    assert list(folder.iterdir()) == []


@allow
def copying() -> None:
    (SCRATCH / "source").write_text("text")
    shutil.copy2(SCRATCH / "source", SCRATCH / "copy")
    os.chmod(SCRATCH / "copy", 0o600)
    os.utime(SCRATCH / "copy", (1, 1))
    shutil.copytree(SCRATCH, SCRATCH / "tree", ignore=lambda *_: ["tree"])
    shutil.rmtree(SCRATCH / "tree")


@allow
def libraries() -> None:
    if os.getuid() == STARTED_BY:  # else the interpreter may lie where this user cannot read, sandbox or not
        import colorsys  # noqa: F401  # a module that nothing has loaded yet

        assert Path(np.__file__).read_bytes()
    values = default_rng(1).random((60, 60))
    assert np.allclose(np.linalg.inv(values) @ values, np.eye(60))
    assert any(Path("/usr/share").iterdir())


@allow
def asking() -> None:
    assert os.getpid() > 0
    assert os.cpu_count()
    assert os.uname().sysname == "Linux"
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not os.isatty(0)
    time.localtime()
    os.times()


@allow
def devices() -> None:
    assert len(os.urandom(8)) == len(Path("/dev/urandom").open("rb").read(8)) == 8
    Path(os.devnull).write_text("gone")


@allow
def pipes() -> None:
    read, write = os.pipe()
    os.write(write, b"x")
    assert select.select([read], [], [], 1)[0] == [read]
    assert os.read(read, 1) == b"x"
    flags = fcntl.fcntl(read, fcntl.F_GETFL)
    fcntl.fcntl(read, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    os.close(read)
    os.close(write)


@allow
def own_signals() -> None:
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGALRM)
    signal.raise_signal(signal.SIGALRM)
    assert seen == [1, 1, 1]


@allow
def memory() -> None:
    assert len(bytearray(50_000_000)) == 50_000_000
    with mmap.mmap(-1, 1 << 20) as view:
        view[0] = 1


def outcome(trial: Callable[[], object]) -> str:
    try:
        trial()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except BaseException as error:  # noqa: BLE001  # anything else is an outcome too, to be read
        return f"{type(error).__name__}: {error}"
    return "done"


def main() -> None:
    user, abi = int(sys.argv[3]), int(sys.argv[4])
    os.setsid()
    readable()  # the preloaded process finds it once, too
    if user != os.getuid():
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    real = landlock.abi_version
    landlock.abi_version = lambda: min(abi, real())
    MINE.write_text("mine")
    os.chdir(SCRATCH)
    confine(Limits(memory_mb=600), SCRATCH, Confinement(min(abi, real()), seccomp=True))
    told = {name: outcome(trial) for name, trial in (FORBIDDEN | ALLOWED).items()}
    # Answered with success, and not done: whoever started this looks at the file afterwards.
    pretended = {
        "chmod": lambda: os.chmod(FILE, 0o777),
        "chown": lambda: os.chown(FILE, os.getuid(), os.getgid()),
        "utime": lambda: os.utime(FILE, (0, 0)),
    }
    told |= {f"pretended-{name}": outcome(trial) for name, trial in pretended.items()}
    print(json.dumps(told))


def foreign_interface() -> None:
    """What arrives by the 32-bit interface, or with the numbers of x32, ends the process."""
    confine(Limits(), SCRATCH, Confinement(landlock.abi_version(), seccomp=True))
    if sys.argv[5] == "x32":
        libc.syscall(ctypes.c_long(0x40000000 + 39))
    else:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    print(struct.calcsize("P"), "still here")


if __name__ == "__main__":
    if len(sys.argv) > 5:
        foreign_interface()
    else:
        main()
