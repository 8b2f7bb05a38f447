"""What a child uses, read from outside, against what its job may use."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import psutil

from visium_graph.sandbox.job import Limits

__all__ = ["Excess", "Usage", "excess_of_time"]

_SLOW_TICK = 0.5
_DEEPEST = 64
_CLOCK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Excess(NamedTuple):
    """A limit that was exceeded."""

    outcome: Literal["timeout", "memory", "limit"]
    message: str
    """What the process did, for a finding."""


def excess_of_time(limits: Limits) -> Excess:
    """The excess of a child that the kernel stopped for its processor time."""
    return Excess("timeout", f"used more than {limits.processor_seconds:g} s of processor time")


class Usage:
    """Watches one child.

    Args:
        pid: of the child.
        scratch: its folder.
        limits: what it may use.
    """

    def __init__(self, pid: int, scratch: Path, limits: Limits) -> None:
        self._pid, self._scratch, self._limits = pid, scratch, limits
        self._started = time.monotonic()
        self._slow_at = self._started + _SLOW_TICK
        self._below = 0

    def excess(self) -> Excess | None:
        """The first limit that the child exceeds now, if any. What takes longer to find out is looked at less often."""
        now = time.monotonic()
        if now - self._started > self._limits.seconds:
            return Excess("timeout", f"took longer than {self._limits.seconds:g} s")
        slow = now >= self._slow_at
        try:
            found = self._of_process()
            if found is None and slow:
                self._below = sum(process.memory_info().rss for process in _others(self._pid))
                found = self._of_folder()
        except (OSError, psutil.NoSuchProcess):  # it has just ended
            return None
        if slow:
            self._slow_at = time.monotonic() + _SLOW_TICK
        return found

    def _of_process(self) -> Excess | None:
        # The fields behind the name, which may hold anything: state is the third one of proc(5), hence number 0 here.
        fields = Path(f"/proc/{self._pid}/stat").read_bytes().rpartition(b") ")[2].split()
        seconds, threads, resident = (int(fields[11]) + int(fields[12])) / _CLOCK, int(fields[17]), int(fields[21])
        limits = self._limits
        if resident * _PAGE + self._below > limits.memory_mb * 1024**2:
            return Excess("memory", f"used more than {limits.memory_mb} MB")
        if seconds > limits.processor_seconds:
            return excess_of_time(limits)
        if threads > limits.threads:
            return Excess("limit", f"started more than {limits.threads} threads")
        if _written(self._pid) > limits.disk_mb * 1024**2:
            return self._of_disk()
        return None

    def _of_folder(self) -> Excess | None:
        limits, room = self._limits, self._limits.disk_mb * 1024**2
        room -= sum(_unlinked(self._pid))
        count = 0
        try:
            for size in _sizes(self._scratch):
                count, room = count + 1, room - size
                if count > limits.files:
                    return Excess("limit", f"made more than {limits.files} files")
                if room < 0:
                    return self._of_disk()
        except FileNotFoundError:
            return None
        except (OSError, RecursionError):
            return Excess("limit", "made folders that cannot be looked into, or lie too deep")
        return self._of_disk() if room < 0 else None

    def _of_disk(self) -> Excess:
        return Excess("limit", f"wrote more than {self._limits.disk_mb} MB")


def _others(pid: int) -> list[psutil.Process]:
    """Processes below this one beside the child: there are none where it is confined."""
    return [process for process in psutil.Process().children(recursive=True) if process.pid != pid]


def _written(pid: int) -> int:
    """Bytes that the process wrote: to disks, or to anything at all, since some file systems do not count the first."""
    try:
        counts = dict(line.split(b": ") for line in Path(f"/proc/{pid}/io").read_bytes().splitlines())
    except OSError:  # a kernel that does not count: what lies in the folder is looked at anyway
        return 0
    return max(int(counts[b"wchar"]), int(counts[b"write_bytes"]))


def _unlinked(pid: int) -> Iterator[int]:
    """Bytes of files that are open and have no name any more, so that they lie in no folder."""
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as descriptors:
        for descriptor in descriptors:
            with contextlib.suppress(OSError):  # closed since
                status = os.stat(descriptor.path)  # noqa: PTH116  # a plain call: this runs twice a second
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    yield status.st_blocks * 512


def _sizes(folder: Path, depth: int = 0) -> Iterator[int]:
    """Bytes on disk of everything below the folder; links are not followed.

    Raises:
        RecursionError: it is nested deeper than an honest scene would.
    """
    if depth > _DEEPEST:
        raise RecursionError
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry.stat(follow_symlinks=False).st_blocks * 512
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(Path(entry.path), depth + 1)
