"""Sentence times of speech that came without any: sentences are laid to the pauses that are heard.

Where a sentence ends is guessed from its share of the letters, and then moved to a pause near by: the longer the pause,
the farther it may lie.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visium_graph.voices.base import Sound, WordTime
from visium_graph.voices.pronunciation import sentences

__all__ = ["sentence_times", "sounding"]

_WINDOW = 0.01
_QUIET = 10 ** (-36 / 20)
"""A pause is where the sound stays this far below its loudest stretch (as a factor)."""
_SHORTEST = 0.12
"""Seconds of the shortest pause that can end a sentence; the stop of a consonant is shorter."""
_REACH = 8.0
"""Seconds of misplacement that a second of pause is worth."""


def sentence_times(sound: Sound, text: str) -> tuple[WordTime, ...]:
    """When each sentence of the text is heard; one stretch for all of it where the pauses are too few."""
    spans = sentences(text)
    silences = _silences(sound)
    if not spans or silences is None:
        return ()
    begin, end, pauses = silences
    cuts = _cuts(spans, begin, end, pauses)
    if cuts is None:
        return (WordTime(spans[0][0], spans[-1][1], begin, end),)
    starts = [begin, *(until for _, until in cuts)]
    ends = [*(at for at, _ in cuts), end]
    return tuple(WordTime(*span, at, until) for span, at, until in zip(spans, starts, ends, strict=True))


def sounding(samples: NDArray[np.float32], rate: int) -> tuple[float, float]:
    """Seconds at which a clip begins to sound and has sounded."""
    silences = _silences(Sound(samples, rate))
    return (0.0, len(samples) / rate) if silences is None else silences[:2]


def _silences(sound: Sound) -> tuple[float, float, list[tuple[float, float]]] | None:
    """Where the speech begins and ends, and the pauses in it; None for silence."""
    size = max(round(_WINDOW * sound.rate), 1)
    count = len(sound.samples) // size
    level = np.sqrt(np.mean(np.square(sound.samples[: count * size].reshape(count, size)), axis=1))
    loud = np.flatnonzero(level > level.max() * _QUIET) if count and level.max() > 0 else np.zeros(0, int)
    if not len(loud):
        return None
    step = size / sound.rate
    gaps = np.flatnonzero(np.diff(loud) * step > _SHORTEST)
    pauses = [(float(loud[gap] + 1) * step, float(loud[gap + 1]) * step) for gap in gaps]
    return float(loud[0]) * step, float(loud[-1] + 1) * step, pauses


def _cuts(
    spans: list[tuple[int, int]], begin: float, end: float, pauses: list[tuple[float, float]]
) -> list[tuple[float, float]] | None:
    """The pause after each sentence but the last, chosen for all of them at once; None where there are too few.

    `best[k]` is the least cost of laying the first k sentence ends to the pauses seen so far, with the pauses chosen.
    """
    letters = np.cumsum([stop - start for start, stop in spans])
    guesses = begin + (end - begin) * letters[:-1] / letters[-1]
    best: list[tuple[float, list[tuple[float, float]]]] = [(0.0, [])]
    best += [(float("inf"), [])] * len(guesses)
    for at, until in pauses:
        for place in range(len(guesses), 0, -1):
            cost, chosen = best[place - 1]
            cost += abs((at + until) / 2 - guesses[place - 1]) - _REACH * (until - at)
            if cost < best[place][0]:
                best[place] = (cost, [*chosen, (at, until)])
    cost, chosen = best[-1]
    return chosen if np.isfinite(cost) else None
