"""Subtitles cut at phrases: SRT and WebVTT of the narration as it was written, timed by the voice.

Where a cue ends is chosen for a whole beat at once (dynamic programming), so that sentences and clauses stay together
and no cue is left with a word over.
"""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from visium_graph.export.plain import plain_text
from visium_graph.export.timeline import BeatSpan, Phrase, Timeline

__all__ = ["Cue", "cues", "srt", "vtt"]

LINE = 42
"""Characters of a line; a cue has two."""
SHORTEST, LONGEST = 1.0, 6.0
"""Seconds of a cue. One may fall short where the words are few and the next follow at once."""
_LINGER = 0.5
"""Seconds a cue stays after its last word, where there is room."""
_GAP = 0.04
"""Seconds between cues that follow at once, so that the change is seen."""
_HOPELESS = 1e9
_JOINERS = {
    "and", "but", "or", "so", "because", "which", "that", "where", "when", "while", "if", "since", "although", "then", "than",
    "as", "with", "for", "to", "of", "in", "on", "at", "by", "from", "into", "is", "are", "equals",
}  # fmt: skip
_CLINGING = {
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "and", "or", "with", "is", "are", "its", "their", "this", "that",
    "one", "two", "three", "no", "not", "as", "from", "into",
}  # fmt: skip
"""Words after which a line should not break."""


@dataclass(frozen=True)
class Cue:
    """One subtitle: one or two lines, and the seconds between which it shows."""

    start: float
    end: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Word:
    text: str
    at: float
    until: float
    cost_after: float
    """How bad it is to break after this word: 0 after a sentence, high inside a formula."""


def cues(timeline: Timeline) -> list[Cue]:
    """The subtitles of a timeline, in order, none overlapping the next."""
    groups: list[list[_Word]] = []
    for first, scene in zip(timeline.starts(), timeline.scenes, strict=True):
        for beat in scene.beats:
            groups += _cut(_words(beat, (first + beat.start) / timeline.fps))
    total = timeline.frames / timeline.fps
    found: list[Cue] = []
    for place, group in enumerate(groups):
        following = groups[place + 1][0].at - _GAP if place + 1 < len(groups) else total
        start = max(group[0].at, found[-1].end if found else 0.0)
        wanted = max(group[-1].until + _LINGER, start + SHORTEST)
        end = max(min(wanted, following, start + max(LONGEST, group[-1].until - start)), start + 0.001)
        lines = _lines(group)
        found.append(Cue(round(start, 3), round(end, 3), tuple(lines)))
    return found


def srt(timeline: Timeline) -> str:
    """The subtitles as SubRip text."""
    blocks = []
    for number, cue in enumerate(cues(timeline), 1):
        # A word joiner after "<" or "{" keeps players from taking text for their formatting tags.
        text = "\n".join(
            re.sub(r"([<{])(?=[^\s\d=])", "\\1\u2060", line.replace("-->", "\u2192")) for line in cue.lines
        )
        blocks.append(f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{text}\n")
    return "\n".join(blocks)


def vtt(timeline: Timeline) -> str:
    """The subtitles as WebVTT."""
    blocks = ["WEBVTT\n"]
    for number, cue in enumerate(cues(timeline), 1):
        text = "\n".join(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in cue.lines)
        blocks.append(f"{number}\n{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _clock(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 3600000:02}:{milliseconds // 60000 % 60:02}:{milliseconds // 1000 % 60:02}{mark}{milliseconds % 1000:03}"


def _words(beat: BeatSpan, offset: float) -> list[_Word]:
    """The words as shown, with times in the whole video. A phrase of several words shares its time out among them."""
    words: list[_Word] = []
    for place, phrase in enumerate(beat.words):
        following = beat.words[place + 1].text if place + 1 < len(beat.words) else ""
        words += _shown(phrase, offset, following)
    return words


def _shown(phrase: Phrase, offset: float, following: str) -> list[_Word]:
    pieces = [part for word in plain_text(phrase.text).split() for part in _hard_split(word)]
    letters = sum(map(len, pieces)) or 1
    words, done = [], 0
    for number, piece in enumerate(pieces):
        at, until = (phrase.at + (phrase.until - phrase.at) * share / letters for share in (done, done + len(piece)))
        last = number == len(pieces) - 1
        cost = _break_cost(piece, following) if last else _formula_cost(piece, "$" in phrase.text)
        words.append(_Word(piece, offset + at, offset + until, cost))
        done += len(piece)
    return words


def _hard_split(word: str) -> list[str]:
    """A word wider than a line (a link, an identifier) in pieces that fit."""
    return [word[at : at + LINE] for at in range(0, len(word), LINE)]


def _break_cost(word: str, following: str) -> float:
    bare = word.rstrip("\"')]\u201d\u2019")
    if bare.endswith((".", "!", "?", "…")):
        return 0.0
    if bare.endswith((";", ":", "—", "–")):
        return 1.0
    if bare.endswith(","):
        return 1.5
    if word.lower() in _CLINGING | _JOINERS:
        return 8.0
    return 3.0 if following.lower().strip(",.;:") in _JOINERS else 5.0


def _formula_cost(piece: str, formula: bool) -> float:
    """Inside a formula a break is bad, least so at a relation sign."""
    return 5.0 if not formula or piece in {"=", "≤", "≥", "<", ">", "⇒", "≈"} else 9.0


def _cut(words: list[_Word]) -> list[list[_Word]]:
    """The cheapest way to cut a beat's words into cues."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            cost = _cue_cost(words[start:end], last=end == len(words))
            options.append((best[start][0] + cost, start))
            if sum(len(word.text) + 1 for word in words[start:end]) > 2 * LINE + 2:
                break
        best.append(min(options))
    groups: list[list[_Word]] = []
    end = len(words)
    while end:
        start = best[end][1]
        groups.append(words[start:end])
        end = start
    return groups[::-1]


def _cue_cost(words: Sequence[_Word], *, last: bool) -> float:
    if len(_lines(words)) > 2:
        return _HOPELESS
    seconds = words[-1].until - words[0].at
    cost = 2.0 + (0.0 if last else 2.0 * words[-1].cost_after)
    if seconds > LONGEST:
        cost += _HOPELESS if len(words) > 1 else 0.0
    if seconds < SHORTEST + 0.2:
        cost += 20.0 * (SHORTEST + 0.2 - seconds)
    # A sentence that ends inside a cue is better shown as a cue of its own.
    return cost + sum(3.0 for word in words[:-1] if word.cost_after == 0.0)


def _lines(words: Sequence[_Word]) -> list[str]:
    """The words in as few lines as hold them; of two, broken where it reads best and evenly."""
    text = " ".join(word.text for word in words)
    if len(text) <= LINE:
        return [text]
    options = []
    for place in range(1, len(words)):
        first, second = " ".join(word.text for word in words[:place]), " ".join(word.text for word in words[place:])
        if len(first) <= LINE and len(second) <= LINE:
            options.append((words[place - 1].cost_after + abs(len(first) - len(second)) / 8, first, second))
    if options:
        _, first, second = min(options)
        return [first, second]
    return (
        [text[at : at + LINE] for at in range(0, len(text), LINE)]
        if len(words) == 1
        else [word.text for word in words] + [""] * 3
    )
