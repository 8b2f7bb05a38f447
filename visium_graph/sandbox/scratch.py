"""A job's scratch folder: laid out like a run folder, removed whatever happens and whatever is in it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.sandbox.job import Job

__all__ = [
    "OUTLINES",
    "OUTLINES_MADE",
    "copy_output",
    "open_output",
    "read_job",
    "remove_own",
    "remove_tree",
    "scene_file",
    "scratch_folder",
    "sweep",
    "temporary_folder",
]

OUTLINES = "outlines.npz"
"""In a scratch folder: outlines of words and formulas that an earlier run of the same code made, if there was one."""
OUTLINES_MADE = "outlines-made.npz"
"""The same with those that this run made, if it made any."""
_PREFIX = "visium-job-"
_REMOVALS = 50
_REMOVAL_SECONDS = 0.02
_SUFFIX = re.compile(r"[.-][A-Za-z0-9._-]{1,63}")


def scene_file(scratch: Path, scene_id: str) -> Path:
    """Where the scene's code lies in a scratch folder."""
    return scratch / "scenes" / f"{scene_id}.py"


def read_job(scratch: Path) -> tuple[str, dict[str, Any]]:
    """Task and payload of the job that the folder was laid out for."""
    data = json.loads((scratch / "job.json").read_bytes())
    return data["task"], data["payload"]


@contextmanager
def scratch_folder(job: Job) -> Iterator[Path]:
    """A folder of its own for one run of the job, removed at the end.

    Raises:
        EnvironmentFault: the folder cannot be written.
        InputError: an asset is missing or is not the file that the job names.
    """
    try:
        folder, lock = _claim()
    except OSError as error:
        raise EnvironmentFault(f"cannot write to {tempfile.gettempdir()} ({error.strerror}); set TMPDIR") from None
    try:
        try:
            _lay_out(folder, job)
        except OSError as error:
            raise EnvironmentFault(f"cannot write to {folder.parent} ({error.strerror}); set TMPDIR") from None
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


_own: set[Path] = set()


def _claim() -> tuple[Path, int]:
    """A new folder, and the descriptor of its lock: what says to `sweep` that it is in use. The kernel frees it at any death."""
    while True:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        except FileNotFoundError:  # somebody cleaned up and took the whole of TMPDIR
            Path(tempfile.gettempdir()).mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        _own.add(folder)
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)
        _own.discard(folder)  # a sweep was faster than the lock


def _remove(folder: Path) -> None:
    """Remove a folder of this process, and what was made for its job beside it. A child that is being killed may still write."""
    for _ in range(_REMOVALS):
        with contextlib.suppress(OSError):
            for path in (*folder.parent.glob(f"{folder.name}-*"), folder):
                remove_tree(path)
            break
        time.sleep(_REMOVAL_SECONDS)
    _own.discard(folder)  # what could not be removed is left to `sweep`


@contextmanager
def temporary_folder() -> Iterator[None]:
    """Temporary files that this process makes in the block go to a folder that is swept if the process is killed."""
    folder, lock = _claim()
    usual = tempfile.gettempdir()
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = usual
        _remove(folder)
        os.close(lock)


def remove_own() -> None:
    """Remove the scratch folders of this process, which is about to end without unwinding its stack."""
    for folder in list(_own):
        _remove(folder)


def _lay_out(folder: Path, job: Job) -> None:
    payload = job.payload
    (folder / "scenes").mkdir()
    (folder / "assets").mkdir()
    scene_file(folder, payload["scene_id"]).write_text(payload["code"], encoding="utf-8")
    timing = [{"id": beat["id"], "seconds": beat["seconds"], "frames": None} for beat in payload["beats"]]
    document = {"version": 1, "scenes": [{"id": payload["scene_id"], "beats": timing}]}
    (folder / "timing.json").write_text(json.dumps(document), encoding="utf-8")
    for name, digest in payload.get("assets", {}).items():
        _copy_asset(job.folder, folder, name, digest)
    (folder / "job.json").write_text(json.dumps({"task": job.task, "payload": payload}), encoding="utf-8")


def _copy_asset(source: Path | None, folder: Path, name: str, digest: str) -> None:
    path = PurePosixPath(name)
    if source is None or path.is_absolute() or ".." in path.parts:
        raise InputError(f"asset {name!r} is no file of the run folder")
    try:
        data = (source / path).read_bytes()
    except OSError as error:
        raise InputError(f"{source / path}: asset cannot be read ({error.strerror})") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise InputError(f"{source / path}: the asset has changed since the scene was planned; make the video again")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


@contextmanager
def open_output(scratch: Path, suffix: str, name: str) -> Iterator[int]:
    """A descriptor of a file that the child says it made.

    The child may lie: the name must be a plain one, and the file a regular one with no second name, not a link.

    Raises:
        ValueError: it is anything else.
    """
    if not _SUFFIX.fullmatch(suffix) or ".." in suffix:
        raise ValueError(f"{suffix!r} is no file suffix")
    if not name or name in {".", ".."} or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is no plain file name")
    folder = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(name, flags, dir_fd=folder)
        except OSError as error:
            raise ValueError(f"{name}: cannot be opened ({error.strerror})") from None
    finally:
        os.close(folder)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise ValueError(f"{name}: not a regular file")
        yield file
    finally:
        os.close(file)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, links not followed, however deeply nested and whatever its permissions.

    Every folder found is first moved to the top: depth then costs neither recursion, open files nor long paths.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        os.fchmod(top, 0o700)
        waiting = _empty(top, top, 0)
        moved = len(waiting)
        while waiting:
            name = waiting.pop()
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
            try:
                found = _empty(inner, top, moved)
            finally:
                os.close(inner)
            moved += len(found)
            waiting += found
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    folder.rmdir()


def _empty(folder: int, top: int, moved: int) -> list[str]:
    """Remove a folder's files and move its folders to `top`; returns their names there."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    names: list[str] = []
    for name, is_folder in found:
        if is_folder:
            # The prefix cannot meet a file of the child: all files of the top are gone before anything moves there.
            target = f".{os.getpid()}-{moved + len(names)}-{time.monotonic_ns()}"
            os.chmod(name, 0o700, dir_fd=folder)  # relative to a descriptor, which Path cannot do
            os.rename(name, target, src_dir_fd=folder, dst_dir_fd=top)
            names.append(target)
        else:
            os.unlink(name, dir_fd=folder)
    return names


def sweep() -> None:
    """Remove scratch folders whose owner was killed so suddenly that nobody could: those that nobody has locked."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # What lies beside a job's folder, under its name and more, is covered by that folder's lock.
        job = folder.with_name(_PREFIX + folder.name.removeprefix(_PREFIX).partition("-")[0])
        with contextlib.suppress(OSError):  # in use, another user's, or another sweep was faster
            if not job.exists():
                remove_tree(folder)
                continue
            lock = os.open(job, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(folder)
            finally:
                os.close(lock)


def copy_output(file: int, target: Path) -> None:
    """Copy an opened output to a path."""
    with os.fdopen(os.dup(file), "rb") as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1024 * 1024)
