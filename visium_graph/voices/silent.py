"""The last resort: silence as long as the words would take, so that a video can be read where nothing can speak."""

from __future__ import annotations

import re

import numpy as np

from visium_graph.voices.base import Sound, WordTime

__all__ = ["SilentVoice", "spoken_seconds"]

_RATE = 24000
_WORDS_PER_MINUTE = 150
_CHARACTERS_PER_WORD = 6.0
"""With the space; longer words take longer."""
_PAUSES = {",": 0.25, ";": 0.35, ":": 0.35, ".": 0.45, "!": 0.45, "?": 0.45}
_SHORTEST = 0.8


def spoken_seconds(text: str) -> float:
    """How long a lecturer would take over these words, in seconds."""
    return _speaking(text) + sum(_PAUSES.get(sign, 0.0) for sign in text)


def _speaking(text: str) -> float:
    letters = sum(character.isalnum() for character in text)
    spaces = len(text.split())
    return (letters + spaces) / _CHARACTERS_PER_WORD * 60 / _WORDS_PER_MINUTE


class SilentVoice:
    """Timed silence, at the pace of a calm lecturer."""

    name = "silent"
    identity = f"silent-1-{_WORDS_PER_MINUTE}"

    def synthesise(self, text: str) -> Sound:
        """Silence with the times that the words would have. See `Voice`."""
        words, at = [], 0.0
        for match in re.finditer(r"\S+", text):
            until = at + _speaking(match.group(0))
            words.append(WordTime(match.start(), match.end(), at, until))
            at = until + _PAUSES.get(match.group(0)[-1], 0.0)
        return Sound(np.zeros(round(max(at, _SHORTEST) * _RATE), np.float32), _RATE, tuple(words))
