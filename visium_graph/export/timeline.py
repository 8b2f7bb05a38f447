"""One timeline, from which picture, sound, subtitles and chapters all come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from visium_graph.voices.base import Phrase

__all__ = ["BeatSpan", "Phrase", "SceneSpan", "Timeline"]


@dataclass(frozen=True)
class BeatSpan:
    """One beat: the frames of its scene it was drawn at, its sound, and when its words are heard."""

    id: str
    start: int
    """First frame, counted from the start of the scene."""
    end: int
    """One past the last frame."""
    sound: Path | None
    """Mono WAV, placed at the first frame; None where the beat is silent."""
    words: tuple[Phrase, ...] = field(default=())
    """The written words in order, finest unit that the voice told."""


@dataclass(frozen=True)
class SceneSpan:
    """One scene: a rendered clip without sound, `frames` long."""

    id: str
    title: str
    clip: Path
    frames: int
    beats: tuple[BeatSpan, ...]


@dataclass(frozen=True)
class Timeline:
    """The whole video. All clips have one size, one frame rate (`fps`) and one encoding."""

    title: str
    language: str
    fps: int
    scenes: tuple[SceneSpan, ...]

    def starts(self) -> list[int]:
        """First frame of each scene in the whole video."""
        starts, at = [], 0
        for scene in self.scenes:
            starts.append(at)
            at += scene.frames
        return starts

    @property
    def frames(self) -> int:
        """Length of the whole in frames."""
        return sum(scene.frames for scene in self.scenes)
