"""Numbers of the system calls that the filter speaks of, as in <asm/unistd.h>. They never change.

A test compares them with libseccomp's, where that library is installed.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ARCHITECTURES", "Architecture", "this_architecture"]


@dataclass(frozen=True, eq=False)
class Architecture:
    """What the filter must know of a processor's kernel interface."""

    audit: int
    """`AUDIT_ARCH_*` of <linux/audit.h>: how a call says which interface it came by."""
    numbers: Mapping[str, int]


def _numbers(table: str) -> dict[str, int]:
    words = table.split()
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}


_X86_64 = """
    access 21  alarm 37  arch_prctl 158  brk 12  capget 125  chdir 80  chmod 90  chown 92  clock_getres 229
    clock_gettime 228  clock_nanosleep 230  clone 56  clone3 435  close 3  close_range 436  copy_file_range 326
    creat 85  dup 32  dup2 33  dup3 292  epoll_create 213  epoll_create1 291  epoll_ctl 233  epoll_pwait 281
    epoll_wait 232  eventfd 284  eventfd2 290  execve 59  exit 60  exit_group 231  faccessat 269  faccessat2 439
    fadvise64 221  fallocate 285  fchdir 81  fchmod 91  fchmodat 268  fchmodat2 452  fchown 93  fchownat 260  fcntl 72
    fdatasync 75  fgetxattr 193  flistxattr 196  fremovexattr 199  fsetxattr 190  fstat 5  fstatfs 138  fsync 74
    ftruncate 77  futex 202  futimesat 261  get_robust_list 274  getcpu 309  getcwd 79  getdents 78  getdents64 217
    getegid 108  geteuid 107  getgid 104  getgroups 115  getitimer 36  getpgid 121  getpgrp 111  getpid 39  getppid 110
    getpriority 140  getrandom 318  getresgid 120  getresuid 118  getrlimit 97  getrusage 98  getsid 124  gettid 186
    gettimeofday 96  getuid 102  getxattr 191  ioctl 16  kill 62  landlock_create_ruleset 444  lchown 94  lgetxattr 192
    listxattr 194  llistxattr 195  lremovexattr 198  lseek 8  lsetxattr 189  lstat 6  madvise 28  membarrier 324
    mincore 27  mkdir 83  mkdirat 258  mmap 9  mprotect 10  mremap 25  msync 26  munmap 11  nanosleep 35
    newfstatat 262  open 2  openat 257  pause 34  pipe 22  pipe2 293  poll 7  ppoll 271  prctl 157  pread64 17
    preadv 295  preadv2 327  prlimit64 302  pselect6 270  pwrite64 18  pwritev 296  pwritev2 328  read 0  readahead 187
    readlink 89  readlinkat 267  readv 19  removexattr 197  rename 82  renameat 264  renameat2 316  restart_syscall 219
    rmdir 84  rseq 334  rt_sigaction 13  rt_sigpending 127  rt_sigprocmask 14  rt_sigreturn 15  rt_sigsuspend 130
    rt_sigtimedwait 128  sched_getaffinity 204  sched_yield 24  select 23  sendfile 40  set_robust_list 273
    set_tid_address 218  setitimer 38  setxattr 188  sigaltstack 131  stat 4  statfs 137  statx 332  sysinfo 99
    tgkill 234  time 201  times 100  umask 95  uname 63  unlink 87  unlinkat 263  utime 132  utimensat 280  utimes 235
    wait4 61  write 1  writev 20
"""

# The generic table. It has no open, stat, fork and so on: libc calls openat, newfstatat and clone there.
_AARCH64 = """
    brk 214  capget 90  chdir 49  clock_getres 114  clock_gettime 113  clock_nanosleep 115  clone 220  clone3 435
    close 57  close_range 436  copy_file_range 285  dup 23  dup3 24  epoll_create1 20  epoll_ctl 21  epoll_pwait 22
    eventfd2 19  execve 221  exit 93  exit_group 94  faccessat 48  faccessat2 439  fadvise64 223  fallocate 47
    fchdir 50  fchmod 52  fchmodat 53  fchmodat2 452  fchown 55  fchownat 54  fcntl 25  fdatasync 83  fgetxattr 10
    flistxattr 13  fremovexattr 16  fsetxattr 7  fstat 80  fstatfs 44  fsync 82  ftruncate 46  futex 98
    get_robust_list 100  getcpu 168  getcwd 17  getdents64 61  getegid 177  geteuid 175  getgid 176  getgroups 158
    getitimer 102  getpgid 155  getpid 172  getppid 173  getpriority 141  getrandom 278  getresgid 150  getresuid 148
    getrlimit 163  getrusage 165  getsid 156  gettid 178  gettimeofday 169  getuid 174  getxattr 8  ioctl 29  kill 129
    landlock_create_ruleset 444  lgetxattr 9  listxattr 11  llistxattr 12  lremovexattr 15  lseek 62  lsetxattr 6
    madvise 233  membarrier 283  mincore 232  mkdirat 34  mmap 222  mprotect 226  mremap 216  msync 227  munmap 215
    nanosleep 101  newfstatat 79  openat 56  pipe2 59  ppoll 73  prctl 167  pread64 67  preadv 69  preadv2 286
    prlimit64 261  pselect6 72  pwrite64 68  pwritev 70  pwritev2 287  read 63  readahead 213  readlinkat 78  readv 65
    removexattr 14  renameat 38  renameat2 276  restart_syscall 128  rseq 293  rt_sigaction 134  rt_sigpending 136
    rt_sigprocmask 135  rt_sigreturn 139  rt_sigsuspend 133  rt_sigtimedwait 137  sched_getaffinity 123
    sched_yield 124  sendfile 71  set_robust_list 99  set_tid_address 96  setitimer 103  setxattr 5  sigaltstack 132
    statfs 43  statx 291  sysinfo 179  tgkill 131  times 153  umask 166  uname 160  unlinkat 35  utimensat 88
    wait4 260  write 64  writev 66
"""

ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(0xC000003E, _numbers(_X86_64)),
    "aarch64": Architecture(0xC00000B7, _numbers(_AARCH64)),
}


def this_architecture() -> Architecture | None:
    """Of this process; None where it has no table, as for a 32-bit interpreter on a 64-bit kernel."""
    return ARCHITECTURES.get(platform.machine()) if struct.calcsize("P") == 8 else None
