"""The few Linux calls that Python does not wrap."""

from __future__ import annotations

import ctypes
import os
import signal
import struct

__all__ = ["adopt_orphans", "checked", "die_with_parent", "drop_capabilities", "libc", "no_new_privileges"]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def checked(result: int, what: str = "") -> int:
    """The result of a call to `libc`, or the OSError that it stands for."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what or None)
    return result


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that forked it ends.

    Args:
        parent: pid of the process that should be the parent. Where it is already gone this process ends at once.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died between the fork and the call
        os._exit(1)


def adopt_orphans() -> None:
    """Make this process the parent of descendants whose own parent ends, so that none is lost from sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """From now on no file that this process executes gives it more rights. Landlock and seccomp ask for this."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability for good: root keeps its name and its files, and nothing else of root's."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    checked(libc.capset(header, bytes(24)), "capset")


def _prctl(option: int, value: int) -> None:
    number = ctypes.c_ulong
    checked(libc.prctl(option, number(value), number(0), number(0), number(0)), "prctl")
