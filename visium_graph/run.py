"""The run folder and the content-addressed store: where everything that was made lies.

A run folder holds one video and all it was made of, readable and editable by a person. The store keeps finished
pieces (voice clips, checks, rendered clips) by the hash of what made them, for all runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.storyboard import Storyboard, load_storyboard

__all__ = ["Run", "Store", "content_hash", "default_folder", "write_atomically"]


def content_hash(*pieces: Any) -> str:
    """SHA-256 (64 hex digits) of JSON-serialisable pieces, the same in every process."""
    text = json.dumps(pieces, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_atomically(path: Path, data: str | bytes) -> Path:
    """Write the file whole or not at all: a reader, or a kill at any instant, never sees half of it."""
    with _replacing(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def default_folder(source: str) -> Path:
    """The run folder of a source when none is named: `runs/<source>`; for a run's own storyboard that run."""
    path = Path(source)
    if path.name == "storyboard.json":
        return path.parent
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower() if path.suffix else source.lower()).strip("-")
    return Path("runs") / (slug[:60].rstrip("-") or "video")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class Store:
    """Files by kind and key. Entries appear whole (written aside, then renamed), so parallel writers are safe."""

    root: Path

    def path(self, kind: str, key: str, suffix: str) -> Path:
        """Where an entry lies, or would lie."""
        return self.root / kind / key[:2] / f"{key}{suffix}"

    def find(self, kind: str, key: str, suffix: str) -> Path | None:
        """The entry's path, or None where there is none."""
        path = self.path(kind, key, suffix)
        return path if path.is_file() else None

    def put(self, kind: str, key: str, suffix: str, data: str | bytes) -> Path:
        """Store text or bytes; returns the entry's path."""
        return write_atomically(self.path(kind, key, suffix), data)

    @contextmanager
    def writing(self, kind: str, key: str, suffix: str) -> Iterator[Path]:
        """A temporary file to write; it becomes the entry when the block ends without an exception."""
        with _replacing(self.path(kind, key, suffix)) as temporary:
            yield temporary


@dataclass(frozen=True)
class Run:
    """Paths of one run folder.

    Example:
        >>> Run(Path("out")).clip("intro").as_posix()
        'out/clips/intro.mp4'
    """

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Run:
        """Make the folder (and say plainly where that is not possible).

        Raises:
            EnvironmentFault: the folder cannot be made or written.
        """
        run = cls(folder.resolve())
        try:
            for name in ("", "assets", "scenes", "narration", "clips"):
                (run.folder / name).mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=run.folder):
                pass
        except OSError as error:
            raise EnvironmentFault(
                f"{folder}: cannot write there ({error.strerror}); choose another folder with -o"
            ) from None
        return run

    @classmethod
    def open(cls, folder: Path | str) -> Run:
        """An existing run folder.

        Raises:
            InputError: there is no such folder.
        """
        run = cls(Path(folder).resolve())
        if not run.folder.is_dir():
            raise InputError(f"{folder}: no such run folder")
        return run

    @property
    def storyboard(self) -> Path:  # noqa: D102  # the class docstring's subject; each is one path of the contract
        return self.folder / "storyboard.json"

    @property
    def script(self) -> Path:  # noqa: D102
        return self.folder / "script.json"

    @property
    def assets(self) -> Path:  # noqa: D102
        return self.folder / "assets"

    @property
    def timing(self) -> Path:  # noqa: D102
        return self.folder / "timing.json"

    @property
    def video(self) -> Path:  # noqa: D102
        return self.folder / "video.mp4"

    @property
    def report(self) -> Path:  # noqa: D102
        return self.folder / "report.json"

    @property
    def contact(self) -> Path:  # noqa: D102
        return self.folder / "contact.png"

    @property
    def checkpoints(self) -> Path:  # noqa: D102
        return self.folder / "checkpoints.sqlite"

    def scene(self, scene_id: str) -> Path:  # noqa: D102
        return self.folder / "scenes" / f"{scene_id}.py"

    def narration(self, scene_id: str, beat_id: str) -> Path:  # noqa: D102
        return self.folder / "narration" / f"{scene_id}-{beat_id}.wav"

    def clip(self, scene_id: str) -> Path:  # noqa: D102
        return self.folder / "clips" / f"{scene_id}.mp4"

    def subtitles(self, suffix: str) -> Path:
        """`video.srt` or `video.vtt`."""
        return self.folder / f"video{suffix}"

    def read_storyboard(self) -> Storyboard:
        """The storyboard as it is on disk now."""
        return load_storyboard(self.storyboard)

    def write(self, path: Path, data: str | bytes) -> Path:
        """Write a file of the folder, whole or not at all.

        Raises:
            EnvironmentFault: the disk is full, or the folder cannot be written any more.
        """
        try:
            return write_atomically(path, data)
        except OSError as error:
            raise EnvironmentFault(f"{path}: cannot be written ({error.strerror})") from None

    def keep(self, source: Path, target: Path) -> Path:
        """Put a store entry into the folder: a copy, so that an edit here never reaches the store.

        Raises:
            EnvironmentFault: the disk is full, or the folder cannot be written any more.
        """
        try:
            with _replacing(target) as temporary:
                shutil.copyfile(source, temporary)
        except OSError as error:
            raise EnvironmentFault(f"{target}: cannot be written ({error.strerror})") from None
        return target
