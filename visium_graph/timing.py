"""`timing.json`: how long each beat is, and which frames of its scene were written for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from visium_graph.run import write_atomically

__all__ = ["BeatTiming", "SceneTiming", "Timing"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BeatTiming(_Model):
    """One beat of a scene."""

    id: str
    seconds: float
    """Length of its narration."""
    frames: tuple[int, int] | None = None
    """First frame and one past the last, counted from the scene's start; None until the scene is rendered."""


class SceneTiming(_Model):
    """The beats of one scene in order."""

    id: str
    beats: list[BeatTiming]


class Timing(_Model):
    """The timing of a whole run, scenes in order."""

    version: Literal[1] = 1
    fps: int | None = None
    """Frame rate of the frame numbers."""
    scenes: list[SceneTiming]

    def seconds(self, scene_id: str) -> list[float]:
        """Narration of each beat of a scene, in seconds; raises KeyError for an unknown scene."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return [beat.seconds for beat in scene.beats]
        raise KeyError(scene_id)

    @classmethod
    def read(cls, path: Path) -> Timing:
        """Read a file that `write` made."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        write_atomically(path, self.model_dump_json(indent=1, exclude_none=True) + "\n")
