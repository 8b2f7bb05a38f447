"""The run folder: one video and all it was made of, readable and editable by a person.

Beside it stands the store (`visium_graph.store`, named here too), which keeps finished pieces for all runs.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.store import PART, STALE_SECONDS, Store, content_hash, write_atomically, written_aside
from visium_graph.storyboard import Storyboard, load_storyboard

__all__ = ["Run", "Store", "content_hash", "default_folder", "write_atomically"]


def default_folder(source: str) -> Path:
    """The run folder of a source when none is named: `runs/<source>`; for a run's own storyboard that run."""
    path = Path(source)
    if path.name == "storyboard.json":
        return path.parent
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower() if path.suffix else source.lower()).strip("-")
    return Path("runs") / (slug[:60].rstrip("-") or "video")


def _sweep(folder: Path) -> None:
    """Remove what a killed run left unfinished there, once it is old enough to be nobody's work."""
    for path in folder.glob(f"{PART}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


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
                _sweep(run.folder / name)
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
            with written_aside(target) as temporary:
                shutil.copyfile(source, temporary)
                os.replace(temporary, target)
        except OSError as error:
            raise EnvironmentFault(f"{target}: cannot be written ({error.strerror})") from None
        return target
