"""Landlock: which files this process may open, for the rest of its life. The kernel's interface, and nothing else.

A *ruleset* names the rights it governs; a right that it governs and that no rule grants is refused everywhere. Rules
grant rights beneath a folder (or on one file). Each ABI version of the kernel governs more: see `FILE_RIGHTS`. What an
old version leaves open, `visium_graph.sandbox.seccomp` closes. Documentation: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable, Mapping
from enum import IntFlag
from pathlib import Path

from visium_graph.sandbox.linux import checked, libc, no_new_privileges

__all__ = ["READ", "READ_WRITE", "Access", "abi_version", "restrict"]

# The same numbers on every architecture: all three calls are younger than the kernel's common table.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1
_NET_TCP = 0b11  # bind, connect
_SCOPE_ABSTRACT_UNIX_AND_SIGNAL = 0b11
_LOG_SAME_EXEC_OFF = 1


class Access(IntFlag):
    """`LANDLOCK_ACCESS_FS_*` of <linux/landlock.h>."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


FILE_RIGHTS: Mapping[int, Access] = {1: Access((1 << 13) - 1), 2: Access.REFER, 3: Access.TRUNCATE, 5: Access.IOCTL_DEV}
"""ABI version -> rights that it was the first to govern. (4 brought TCP, 6 scopes, 7 the choice of what is logged.)"""

READ = Access.READ_FILE | Access.READ_DIR
READ_WRITE = (
    READ
    | Access.WRITE_FILE
    | Access.TRUNCATE
    | Access.MAKE_REG
    | Access.MAKE_DIR
    | Access.REMOVE_FILE
    | Access.REMOVE_DIR
    | Access.REFER
)
"""Everything that plain files and folders need: no links, pipes, sockets or devices, nothing to execute."""

_OF_FILES = Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV


def abi_version() -> int:
    """The kernel's Landlock ABI.

    Raises:
        OSError: ENOSYS where the kernel has no Landlock, EOPNOTSUPP where it was switched off at boot.
    """
    return checked(libc.syscall(_long(_CREATE_RULESET), None, _long(0), _long(_CREATE_VERSION)), "Landlock")


def restrict(rules: Iterable[tuple[Path, Access]]) -> None:
    """Take from the calling thread all access to files but what the rules grant, and TCP and signals to the outside.

    Call it while there is one thread: others would go on unrestricted. The right to open is what is taken: descriptors
    that are open stay as they are.

    Args:
        rules: folders and files with what is allowed beneath them. Paths that do not exist are left out.

    Raises:
        OSError: the kernel refused, and nothing is restricted.
    """
    abi = abi_version()
    governed = Access(0)
    for since, rights in FILE_RIGHTS.items():
        governed |= rights if abi >= since else Access(0)
    # struct landlock_ruleset_attr; an older kernel takes the longer form as long as what it does not know is zero.
    attributes = struct.pack(
        "=QQQ", governed, _NET_TCP if abi >= 4 else 0, _SCOPE_ABSTRACT_UNIX_AND_SIGNAL if abi >= 6 else 0
    )
    ruleset = checked(libc.syscall(_long(_CREATE_RULESET), attributes, _long(len(attributes)), _long(0)), "Landlock")
    try:
        for path, rights in rules:
            _grant(ruleset, path, rights & governed)
        no_new_privileges()
        # Denials go to the machine's audit log by default, which hostile code could flood.
        flags = _LOG_SAME_EXEC_OFF if abi >= 7 else 0
        checked(libc.syscall(_long(_RESTRICT_SELF), _long(ruleset), _long(flags)), "Landlock")
    finally:
        os.close(ruleset)


def _grant(ruleset: int, path: Path, rights: Access) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not within this user's reach anyway
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, beneath)  # struct landlock_path_beneath_attr, packed
        result = libc.syscall(_long(_ADD_RULE), _long(ruleset), _long(_RULE_PATH_BENEATH), rule, _long(0))
        checked(result, f"Landlock ({path})")
    finally:
        os.close(beneath)


_long = ctypes.c_long
