"""The store's size: what lies in it, the limit it is kept within, and what is evicted first (the least recently used).

An entry goes whole, and only if nobody needs it: what was stored or found since the oldest lease began
(`Store.lease`), or since the evicting itself began, stays. Eviction holds the store's exclusive lock, one entry at a
time, and moves the entry's first file (its record) aside before it looks at the time of last use again. So a reader
either notes its use in time, and the entry stays, or finds no record and makes the result anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Literal

from visium_graph.settings import Settings
from visium_graph.store import PART, STALE_SECONDS, Store, disk_size

__all__ = ["KINDS", "Entry", "KindUsage", "Pruned", "Usage", "entries", "keep_within", "prune", "usage", "using_cache"]

_DAY = 86400.0
KINDS: dict[str, float] = {
    "check": 0.0,
    "render": 0.0,
    "narration": 0.0,
    "outlines": 0.0,
    "latex": 0.0,
    "code": 30 * _DAY,
    "answer": 30 * _DAY,
    "plan": inf,
    "index": 3600.0,
}
"""Folders of the store -> seconds without use before an entry may go. Other folders are not ours, and never touched.

Drafts of code are what an interrupted run goes on with; answers of models were paid for. Plans (empty files) tell a plan written by the program from one
that a person edited, which must not be overwritten. The index of manim is read once a process, without a lease.
"""
_LOW_WATER = 0.9
"""Part of the limit that is left after an eviction, so that not every run has to evict."""
_EVICTING_SECONDS = 10.0
"""At most so long at the end of a run; what is still too much then goes after the next one."""
_MEASURED_SECONDS = 7 * _DAY
"""So often the store is measured and swept in any case."""
_SKEW_SECONDS = 60.0
_FILE = re.compile(r"(?P<key>(?P<shard>[0-9a-f]{2})[0-9a-f]{62})[.-].*")
_INDEX = re.compile(r"(?P<key>[0-9][^/]*-[0-9a-f]{16})\.(?:json|lock)")


@dataclass(frozen=True)
class Entry:
    """All files of one kind and key."""

    kind: str
    key: str
    files: tuple[Path, ...]
    """The record first, where there is one."""
    size: int
    """Bytes on disk."""
    used: float
    """Unix time of the last use."""


@dataclass(frozen=True)
class KindUsage:
    """What the entries of one kind come to; times are Unix times, None where there are no entries."""

    kind: str
    entries: int
    size: int
    oldest: float | None
    newest: float | None


@dataclass(frozen=True)
class Usage:
    """What lies in the store."""

    folder: Path
    limit: int
    """Bytes, as set by `cache_size_mb`."""
    kinds: tuple[KindUsage, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(kind.size for kind in self.kinds)


@dataclass(frozen=True)
class Pruned:
    """What an eviction did."""

    removed: int
    freed: int
    kept: int
    """Entries that would have gone, but are in use or spared."""
    size: int
    """Bytes on disk that are left."""


def entries(root: Path) -> list[Entry]:
    """Every entry of the store at `root`, least recently used first. What is not the store's own is left out."""
    found = [entry for kind in KINDS for entry in _entries(root / kind, kind)]
    return sorted(found, key=lambda entry: entry.used)


def usage(settings: Settings) -> Usage:
    """What lies in the store of these settings."""
    of_kind: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    for entry in entries(settings.cache_dir):
        of_kind[entry.kind].append(entry)
    kinds = tuple(
        KindUsage(
            kind,
            len(found),
            sum(entry.size for entry in found),
            found[0].used if found else None,
            found[-1].used if found else None,
        )
        for kind, found in of_kind.items()
    )
    return Usage(settings.cache_dir, settings.cache_size_mb * 1_000_000, kinds)


def prune(
    root: Path, *, size: float = inf, older_than: float = inf, down_to: float | None = None, seconds: float = inf
) -> Pruned:
    """Evict what was not used for `older_than` seconds; where more than `size` bytes are left, the least recently used.

    Entries in use stay, and so do those that `KINDS` spares. Leftovers of killed writers are swept too.

    Args:
        root: the store's folder.
        size: bytes on disk that may stay; less than 0 for nothing at all.
        older_than: seconds since the last use.
        down_to: bytes to stop at once `size` is exceeded; by default `size` itself.
        seconds: to spend on it; the next call goes on from there.

    Raises:
        OSError: the store cannot be written.
    """
    if not root.is_dir():
        return Pruned(0, 0, 0, 0)
    eviction = _Eviction(Store(root))
    found = entries(root)
    left = sum(entry.size for entry in found)
    wanted = size if down_to is None or left <= size else down_to
    done = {"evicted": 0, "gone": 0, "kept": 0}
    freed, end = 0, time.monotonic() + seconds
    for entry in found:
        if time.monotonic() > end:
            break
        if left <= wanted and eviction.began - entry.used <= older_than:
            break  # they are sorted: no later one has to go
        outcome = eviction.evict(entry)
        done[outcome] += 1
        left -= entry.size if outcome != "kept" else 0
        freed += entry.size if outcome == "evicted" else 0
    _sweep(root)
    eviction.settle(left)
    return Pruned(done["evicted"], freed, done["kept"], left)


def keep_within(root: Path, limit: int) -> Pruned | None:
    """Bring the store within its limit in bytes. Next to nothing to do while it is: only then is it measured.

    Returns:
        What was done; None where there was nothing to do, or the store cannot be written (which makes no finished video
        any worse).
    """
    with contextlib.suppress(OSError):
        with Store(root).locked(fcntl.LOCK_SH) as ledger:
            counted, measured = _read_ledger(ledger)
        if counted > limit or time.time() - measured > _MEASURED_SECONDS:
            return prune(root, size=limit, down_to=_LOW_WATER * limit, seconds=_EVICTING_SECONDS)
    return None


@asynccontextmanager
async def using_cache(settings: Settings) -> AsyncIterator[None]:
    """What is stored or found in the block stays until its end; then the store is brought back within its limit.

    Raises:
        EnvironmentFault: the store cannot be written.
    """
    held = ExitStack()
    # Files are no work for an event loop.
    await asyncio.to_thread(held.enter_context, Store(settings.cache_dir).lease())
    try:
        yield
    finally:
        await asyncio.to_thread(held.close)
    await asyncio.to_thread(keep_within, settings.cache_dir, settings.cache_size_mb * 1_000_000)


class _Eviction:
    """One round of evicting. `began` is in Unix time, by the clock that the file system gives its times by."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.locked(fcntl.LOCK_SH) as ledger:
            self._tail = os.fstat(ledger).st_size
            os.utime(ledger)
            began = os.fstat(ledger).st_mtime_ns
        self.began = began / 1e9
        # Evicting for a long time, this would not see a lease that begins in the meantime: what is used under that one
        # is used after `began`.
        self._floor = min([began, *self._leases()])

    def evict(self, entry: Entry) -> Literal["evicted", "kept", "gone"]:
        """Remove the entry's files, unless it is in use or spared, or another process was faster."""
        if self.began - entry.used < KINDS[entry.kind]:
            return "kept"
        aside = [path.with_name(f"{PART}evicted-{os.getpid()}-{path.name}") for path in entry.files]
        with self._store.locked(fcntl.LOCK_EX):
            try:
                if any(self._in_use(path) for path in entry.files):
                    return "kept"
                entry.files[0].rename(aside[0])  # from now on nobody finds the entry
            except FileNotFoundError:
                return "gone"
            if self._in_use(aside[0]):
                aside[0].rename(entry.files[0])
                return "kept"
            for path, target in zip(entry.files[1:], aside[1:], strict=True):
                with contextlib.suppress(FileNotFoundError):
                    path.rename(target)
        for path in aside:  # no longer under the lock: removing takes some disks milliseconds
            path.unlink(missing_ok=True)
        return "evicted"

    def settle(self, size: int) -> None:
        """Begin the ledger anew: so much was there, and what has been stored since this round began."""
        with self._store.locked(fcntl.LOCK_EX) as ledger:
            text = os.pread(ledger, os.fstat(ledger).st_size, 0)
            if len(text) < self._tail:
                return  # somebody else settled it in the meantime
            size += _sum(text[self._tail :])
            os.ftruncate(ledger, 0)
            os.write(ledger, b"=%d %d\n" % (size, time.time()))

    def _in_use(self, path: Path) -> bool:
        """Whether the file was stored or used since the oldest lease began; never, if its time lies in the future."""
        used = path.stat().st_mtime_ns
        return self._floor <= used <= time.time_ns() + _SKEW_SECONDS * 1e9

    def _leases(self) -> Iterator[int]:
        """When each lease that is held began; files of holders that died are removed."""
        with self._store.locked(fcntl.LOCK_EX):  # a new one is locked before it can be seen here
            for path in (self._store.root / ".leases").glob("*"):
                try:
                    with path.open("rb") as file:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink(missing_ok=True)
                except FileNotFoundError:
                    continue
                except OSError:  # it is held, or another user's
                    with contextlib.suppress(FileNotFoundError):
                        yield path.stat().st_mtime_ns


def _entries(folder: Path, kind: str) -> Iterator[Entry]:
    """Entries of one kind. The index lies flat in its folder, all others by the first two digits of their key."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as shards:
        for shard in shards:
            if kind != "index" and len(shard.name) == 2 and shard.is_dir(follow_symlinks=False):
                yield from _together(Path(shard.path), kind, _FILE)
    if kind == "index":
        yield from _together(folder, kind, _INDEX)


def _together(folder: Path, kind: str, pattern: re.Pattern[str]) -> Iterator[Entry]:
    """Entries whose files lie in this very folder."""
    found: dict[str, list[tuple[bool, Path, os.stat_result]]] = {}
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as files:
        for file in files:
            name = pattern.fullmatch(file.name)
            if name is None or name.groupdict().get("shard", folder.name) != folder.name:
                continue
            with contextlib.suppress(FileNotFoundError):
                status = file.stat(follow_symlinks=False)
                found.setdefault(name["key"], []).append((not file.name.endswith(".json"), Path(file.path), status))
    for key, parts in found.items():
        parts.sort(key=lambda part: part[:2])
        size = sum(disk_size(status.st_size) for _, _, status in parts)
        used = max(status.st_mtime for _, _, status in parts)
        if used > time.time() + _SKEW_SECONDS:
            used = 0.0  # a clock that was once wrong must not keep an entry for ever
        yield Entry(kind, key, tuple(path for _, path, _ in parts), size, used)


def _sweep(root: Path) -> None:
    """Remove what killed writers left: unfinished files that nobody has written to for long."""
    for kind in KINDS:
        for path in _unfinished(root / kind):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink()


def _unfinished(folder: Path) -> Iterable[Path]:
    return [*folder.glob(f"{PART}*"), *folder.glob(f"[0-9a-f][0-9a-f]/{PART}*")]


def _read_ledger(ledger: int) -> tuple[float, float]:
    """Bytes in the store by what was counted, and when it was last measured; infinitely many where that is not known."""
    text = os.pread(ledger, os.fstat(ledger).st_size, 0)
    measured = re.match(rb"=(\d+) (\d+)\n", text)
    if measured is None:
        return inf, 0.0
    return int(measured[1]) + _sum(text[measured.end() :]), float(measured[2])


def _sum(text: bytes) -> int:
    return sum(map(int, re.findall(rb"(?m)^\+(\d+)$", text)))
