"""Whether a sound can be the speech of some words: the last look at what an engine or a service gave."""

from __future__ import annotations

import unicodedata

import numpy as np

from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound
from visium_graph.voices.silent import spoken_seconds

__all__ = ["checked"]

_SILENCE = 1e-3
"""A clip whose peak stays below this is silent."""
_FASTEST, _SLOWEST = 40.0, 4.0
"""Letters a second between which speech is plausible."""
_WIDE = 3
"""Letters that a Chinese, Japanese or Korean sign counts for: each is a syllable or more."""
_DIGIT = 4
"""Letters that a digit counts for where numbers are left to the engine: "7" is said as "seven"."""


def checked(sound: Sound, spoken: str) -> Sound:
    """The sound, where it can be speech.

    Raises:
        EnvironmentFault: nothing, silence, not-a-number or an implausible length.
    """
    peak = float(np.max(np.abs(sound.samples))) if len(sound.samples) else 0.0
    if not np.isfinite(peak) or peak < _SILENCE:
        raise EnvironmentFault("the voice gave no sound")
    letters = sum(_weight(character) for character in spoken)
    if not letters / _FASTEST - 1 <= sound.seconds <= letters / _SLOWEST + 3:
        expected = spoken_seconds(spoken)
        raise EnvironmentFault(
            f"the voice gave {sound.seconds:.1f} s of sound where about {expected:.1f} s were expected"
        )
    return sound


def _weight(character: str) -> int:
    if character.isdigit():
        return _DIGIT
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else 1
