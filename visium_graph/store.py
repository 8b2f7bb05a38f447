"""The content-addressed store: finished pieces by the hash of what made them, for all runs and processes.

    ROOT/KIND/ab/abcd...64 digits.json    an entry: its record (last to be written), and
    ROOT/KIND/ab/abcd...64 digits.mp4     the files that the record names with their sizes and hashes
    ROOT/.ledger                          bytes stored since the store was last measured; also the lock
    ROOT/.leases/                         one locked file for each piece of work that is using entries now

Files appear whole: they are written aside and renamed. Nothing is flushed to the disk, which would cost more than many a
piece does: what a power cut leaves short or empty does not fit its record, counts as absent, and is made again. A kill
at any instant leaves at most a `.part-` file, or files without a record; `visium_graph.cache` clears both away.

Readers take no lock. Files are renamed into the store under a shared one and records under an exclusive one, as is
everything that is evicted, so that nothing is removed or recorded that is just being replaced; it is held for
microseconds. The time of last use is the files' mtime.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visium_graph.errors import EnvironmentFault

__all__ = ["PART", "STALE_SECONDS", "Record", "Store", "content_hash", "disk_size", "write_atomically", "written_aside"]

PART = ".part-"
"""How names of files begin that are not finished, here and in run folders."""
STALE_SECONDS = 3600.0
"""Age at which such a file is taken for a leftover of a killed process: no single file takes that long to write."""
_BLOCK = 4096


def content_hash(*pieces: Any) -> str:
    """SHA-256 (64 hex digits) of JSON-serialisable pieces, the same in every process."""
    text = json.dumps(pieces, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_atomically(path: Path, data: str | bytes) -> Path:
    """Write the file whole or not at all: a reader, or a kill at any instant, never sees half of it."""
    with written_aside(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
        os.replace(temporary, path)
    return path


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, to be renamed onto it inside the block; what is left of it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, suffix=path.suffix, dir=path.parent)
    os.fchmod(handle, 0o644)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def disk_size(size: int) -> int:
    """Bytes that a file of this size takes on a disk: whole blocks."""
    return -(-size // _BLOCK) * _BLOCK


@dataclass(frozen=True)
class Record:
    """A result as it was stored, found whole."""

    data: dict[str, Any]
    """JSON data."""
    files: dict[str, Path]
    """Suffix -> file in the store."""


@dataclass(frozen=True)
class Store:
    """Entries by kind and key. Any number of processes may read and write at once; see the module.

    A single file is kept with `put` or `writing`; a result that consists of data and files with `put_record`, after its
    files, and `get_record` returns it only if all of it is there and as it was.

    Example:
        >>> store = Store(Path("cache"))
        >>> store.path("code", "abcd", ".py").as_posix()
        'cache/code/ab/abcd.py'
    """

    root: Path

    def path(self, kind: str, key: str, suffix: str) -> Path:
        """Where a file of an entry lies, or would lie."""
        return self.root / kind / key[:2] / f"{key}{suffix}"

    def find(self, kind: str, key: str, suffix: str) -> Path | None:
        """Path of a file, noted as used; None where there is none."""
        path = self.path(kind, key, suffix)
        try:
            _note_use(path)
        except OSError:
            return None
        return path if path.is_file() else None

    def put(self, kind: str, key: str, suffix: str, data: str | bytes) -> Path:
        """Store text or bytes; returns the file's path."""
        with self.writing(kind, key, suffix) as temporary:
            temporary.write_bytes(data.encode() if isinstance(data, str) else data)
        return self.path(kind, key, suffix)

    @contextmanager
    def writing(self, kind: str, key: str, suffix: str) -> Iterator[Path]:
        """A temporary file to write; it takes its place when the block ends without an exception."""
        path = self.path(kind, key, suffix)
        try:
            with written_aside(path) as temporary:
                yield temporary
                with self.locked(fcntl.LOCK_SH) as ledger:
                    _place(ledger, temporary, path)
        except OSError as error:
            error.filename = error.filename or str(path)  # a full disk is met in writing, where no name is known
            raise

    def put_record(self, kind: str, key: str, data: dict[str, Any], suffixes: Iterable[str] = ()) -> None:
        """Store the data of a result whose files are stored already. From now on the entry counts.

        Writers of one key are taken to make the same. Where they do not, the entry fits its record once the last of them
        is done.

        Args:
            kind: as for its files.
            key: as for its files.
            data: JSON data.
            suffixes: of its files.
        """
        paths = {suffix: self.path(kind, key, suffix) for suffix in sorted(suffixes)}
        record = self.path(kind, key, ".json")
        with written_aside(record) as temporary:
            while True:
                seen = [_identity(path) for path in paths.values()]
                body = json.dumps({"files": {name: _fingerprint(path) for name, path in paths.items()}, "data": data})
                temporary.write_text(f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}", encoding="ascii")
                with self.locked(fcntl.LOCK_EX) as ledger:
                    if seen == [_identity(path) for path in paths.values()]:  # no other writer was in between
                        _place(ledger, temporary, record)
                        return

    def get_record(self, kind: str, key: str) -> Record | None:
        """A result, noted as used; None where there is none, or where any of it is gone or damaged."""
        path = self.path(kind, key, ".json")
        try:
            # Before anything is read: who evicts looks for it after the record has left its place (see `cache`).
            _note_use(path)
            digest, body = path.read_bytes().split(b"\n")
            if hashlib.sha256(body).hexdigest().encode() != digest:
                return None
            told = json.loads(body)
            files = {suffix: self.path(kind, key, suffix) for suffix in told["files"]}
            for suffix, file in files.items():
                _note_use(file)
                if _fingerprint(file) != told["files"][suffix]:
                    return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return Record(told["data"], files)

    @contextmanager
    def lease(self) -> Iterator[None]:
        """While the block runs, nobody evicts what is stored or found in the meantime, here or in other processes.

        Raises:
            EnvironmentFault: the store cannot be written.
        """
        try:
            with self.locked(fcntl.LOCK_SH):  # no one may take the file for a dead one's before it is locked
                folder = self.root / ".leases"
                folder.mkdir(exist_ok=True)
                handle, name = tempfile.mkstemp(dir=folder)
                fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise EnvironmentFault(f"{self.root}: cannot write there ({error.strerror}); set cache_dir") from None
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # somebody removed the whole folder
                Path(name).unlink(missing_ok=True)
            _unlock(handle)

    @contextmanager
    def locked(self, how: int) -> Iterator[int]:
        """The ledger's descriptor under `fcntl.LOCK_SH` (to put files) or `fcntl.LOCK_EX` (to take them away)."""
        self.root.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        ledger = os.open(self.root / ".ledger", flags, 0o644)
        try:
            fcntl.flock(ledger, how)
            yield ledger
        finally:
            _unlock(ledger)


def _place(ledger: int, temporary: Path, path: Path) -> None:
    # Counted first: a kill in between counts too much, which the next measuring puts right.
    os.write(ledger, b"+%d\n" % disk_size(temporary.stat().st_size))
    os.replace(temporary, path)


def _identity(path: Path) -> tuple[int, int, int]:
    """Changes whenever the file is replaced."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _unlock(handle: int) -> None:
    """Closing alone would leave the lock with a process that was forked in the meantime."""
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _note_use(path: Path) -> None:
    try:
        os.utime(path)
    except PermissionError:
        return  # another user's store: it can be read all the same
    except OSError as error:
        if error.errno != errno.EROFS:
            raise


def _fingerprint(path: Path) -> list[int | str]:
    """Size and SHA-256 of a file; the hash costs half a millisecond for each megabyte."""
    with path.open("rb") as file:
        return [os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()]
