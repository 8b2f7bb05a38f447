"""How long each beat of a scene lasts: from `timing.json`, else estimated from the words that are spoken."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEFAULT_SECONDS", "PAUSE", "BeatTime", "estimate_seconds", "read_timing"]

PAUSE = 0.35
"""Seconds of silence after each beat's voice."""
DEFAULT_SECONDS = 4.0
"""A beat of which nothing is known."""
_WORDS_A_SECOND = 2.6


@dataclass(frozen=True)
class BeatTime:
    """One beat: its id, the seconds of its voice (pause not included), and its sound file where there is one."""

    id: str
    seconds: float
    sound: Path | None = None


def estimate_seconds(narration: str) -> float:
    """Seconds it takes to say a text, by its words; symbols of a formula count as words."""
    words = len(re.findall(r"\w+|[=+<>^/]", narration))
    return max(1.2, words / _WORDS_A_SECOND)


def read_timing(script: Path | None, scene_id: str, narration: Sequence[str] = ()) -> list[BeatTime]:
    """Beats of a scene.

    `timing.json` is looked for beside the script and in the folder above it (the run folder); where it does not have
    the scene, the durations are estimated from `narration`. An empty list means that nothing is known.

    Raises:
        ValueError: a timing.json that is not what it should be.
    """
    for folder in (script.resolve().parent, script.resolve().parents[1]) if script is not None else ():
        file = folder / "timing.json"
        if file.is_file():
            beats = _beats_of(file, scene_id)
            if beats:
                return beats
    return [BeatTime(str(index), estimate_seconds(text)) for index, text in enumerate(narration)]


def _beats_of(file: Path, scene_id: str) -> list[BeatTime]:
    try:
        scenes = json.loads(file.read_text(encoding="utf-8"))["scenes"]
        found = [scene for scene in scenes if scene["id"] == scene_id]
        beats = [(str(beat["id"]), float(beat["seconds"])) for scene in found[:1] for beat in scene["beats"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file}: not a timing file ({type(error).__name__}: {error})") from error
    sounds = [file.parent / "narration" / f"{scene_id}-{beat_id}.wav" for beat_id, _ in beats]
    return [
        BeatTime(beat_id, seconds, sound if sound.is_file() else None)
        for (beat_id, seconds), sound in zip(beats, sounds, strict=True)
    ]
