"""What a voice is: text in, sound out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Phrase", "Sound", "Voice", "WordTime"]


@dataclass(frozen=True)
class WordTime:
    """When one stretch of the spoken text sounds. Offsets are characters of the text, times are seconds."""

    start: int
    end: int
    at: float
    until: float


@dataclass(frozen=True)
class Phrase:
    """A stretch of the written narration and when it is heard, in seconds from the start of its sound file."""

    text: str
    at: float
    until: float


@dataclass(frozen=True)
class Sound:
    """Mono sound: float32 samples between -1 and 1, shape (n,), at `rate` Hz."""

    samples: NDArray[np.float32]
    rate: int
    words: tuple[WordTime, ...] = field(default=())
    """In order; as fine as the engine can tell (words, phrases or sentences). Empty where it tells nothing."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


class Voice(Protocol):
    """An engine. Constructing one may raise EnvironmentFault where it cannot load."""

    name: str
    identity: str
    """Engine, version and voice: part of the key under which its clips are stored."""

    def synthesise(self, text: str) -> Sound:
        """Speak plain words (no notation). Blocks; safe to call from several threads.

        Raises:
            EnvironmentFault: the engine failed on this text.
        """
        ...
