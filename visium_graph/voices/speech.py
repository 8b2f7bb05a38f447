"""Written narration -> the words a lecturer says, aligned token by token with what was written.

`speak` runs before any voice: engines get plain words, digits spelled out and no notation, so they all read alike.
Written text is *rich*: prose with LaTeX between dollar signs.

Example:
    >>> speak("Here $a^2 + b^2$ is 25.").spoken
    'Here A squared plus b squared is twenty-five.'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from visium_graph.voices.speech_code import address, split_identifier
from visium_graph.voices.speech_math import say_latex
from visium_graph.voices.speech_rules import RULES, say_character
from visium_graph.voices.speech_symbols import SYMBOLS

__all__ = ["MATH", "VERSION", "Span", "Speech", "speak"]

VERSION = 1
"""Raised when the wording changes, so that stored clips of the old wording are not taken for new ones."""

MATH = re.compile(
    r"\$\$(?P<block>.+?)\$\$|(?<!\\)\$(?=\S)(?P<inline>(?:\\\$|[^$])+?)(?<=[^\s\\])\$(?!\d)|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]",
    re.DOTALL,
)
"""A formula in rich text; the group that matched holds its LaTeX. A dollar sign before a price is none."""
_PUNCTUATION = ",;:.?!"
_STRENGTH = {sign: rank for rank, sign in enumerate(",;:.?!")}
_SPEAKABLE = re.compile(r"[^\w\s',.;:!?-]|_")


@dataclass(frozen=True)
class Span:
    """One written token (a word with its punctuation, or a formula) and the stretch of speech that says it."""

    start: int
    end: int
    spoken_start: int
    spoken_end: int
    """Equal to `spoken_start` for a token that is not heard (a dash, an emoji)."""


@dataclass(frozen=True)
class Speech:
    """What is said, and which written token each part of it says. Spans are in order and cover all but white space."""

    spoken: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    words: str


@lru_cache(maxsize=512)
def speak(text: str, language: str = "en") -> Speech:
    r"""Turn rich text into words.

    Args:
        text: prose with `$LaTeX$`; anything is accepted.
        language: BCP 47 code. English is worded in full. For other languages formulas are worded by mathra, while
            numbers, units and abbreviations are left to the engine, which knows that language.

    Returns:
        Words and punctuation only: none of `$ \\ { } ^ _ = < > |`. Not empty where the text has a letter or digit.
    """
    builder = _Builder()
    for piece in _pieces(text, language):
        builder.add(piece)
    speech = builder.finish(text)
    if any(character.isalnum() for character in speech.spoken) or not any(character.isalnum() for character in text):
        return speech
    fallback = _Builder()
    for word in re.finditer(r"\S+", text):
        fallback.add(
            _Piece(word.start(), word.end(), "".join(sign if sign.isalnum() else " " for sign in word.group(0)))
        )
    return fallback.finish(text)


def _pieces(text: str, language: str) -> Iterator[_Piece]:
    english = language.lower().startswith("en")
    prose = _english if english else _foreign
    at = 0
    for math in MATH.finditer(text):
        yield from prose(text, at, math.start(), language)
        latex = next(group for group in math.groups() if group is not None)
        said = _unrepeated(text[: math.start()], say_latex(latex, language, _inner_words if english else str))
        yield _Piece(math.start(), math.end(), said)
        at = math.end()
    yield from prose(text, at, len(text), language)


def _unrepeated(before: str, said: str) -> str:
    r"""Words that the prose has just said are not said again: "the sum" before a formula that begins with a sum."""
    last = " ".join(before.lower().split()[-4:])
    words = said.split()
    for count in range(min(3, len(words) - 1), 1, -1):
        opening = " ".join(words[:count]).lower()
        if opening.startswith("the ") and (last == opening or last.endswith(" " + opening)):
            return " ".join(words[count:])
    return said


def _inner_words(text: str) -> str:
    r"""Words inside a formula's `\text{}`; no formula can stand in them, so this does not recurse further."""
    return " ".join(piece.words for piece in _english(text, 0, len(text)) if piece.words)


def _english(text: str, start: int, end: int, _language: str = "en") -> Iterator[_Piece]:
    """Pieces of prose by the first rule that matches at each token."""
    part, at = text[:end], start
    while at < end:
        if part[at].isspace():
            at += 1
            continue
        piece = _apply_rules(part, at)
        yield piece
        at = piece.end


def _apply_rules(part: str, at: int) -> _Piece:
    for rule in RULES:
        if said := rule(part, at):
            return _Piece(at, *said)
    return _Piece(at, at + 1, say_character(part[at]))


_FOREIGN = re.compile(
    r"(?P<address>(?:https?://|www\.)\S*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<name>_*[^\W_]+(?:_+[^\W_]+)+)"
    r"|(?P<number>[-\u2212]?\d+(?:[.,:]\d+)*)|(?P<word>[^\W\d_](?:[^\W_]|[\u0300-\u036f]|['\u2019-](?=\w))*)|(?P<stop>[.,;:!?])"
    r"|(?P<dash>[\u2012-\u2015()]|(?<=\s)-{1,3}(?=\s))|(?P<sign>\S)"
)


def _foreign_sign(sign: str, language: str) -> str:
    if unicodedata.category(sign) in {"Lo", "Lm", "Mn", "Mc"}:
        return sign
    if sign not in SYMBOLS or sign in "\\^$":
        return ""
    return say_latex(f"\\{sign}" if sign in "%&#" else sign, language, str)


def _foreign(text: str, start: int, end: int, language: str) -> Iterator[_Piece]:
    """Pieces of prose in a language without rules of its own: words and numbers stand, notation goes."""
    for match in _FOREIGN.finditer(text, start, end):
        kind, found = match.lastgroup or "sign", match.group(0)
        if kind == "address":
            found = address(found)
        elif kind == "name":
            found = split_identifier(found)
        elif kind == "dash":
            found = ","
        elif kind == "sign":
            found = _foreign_sign(found, language)
        yield _Piece(match.start(), match.end(), found.replace("\u2212", "-").replace("\u2019", "'"))


class _Builder:
    """Joins pieces into one text and keeps where each written token begins and ends in it."""

    def __init__(self) -> None:
        self._out = ""
        self._placed: list[tuple[int, int, int, int]] = []

    def add(self, piece: _Piece) -> None:
        words = _SPEAKABLE.sub(" ", unicodedata.normalize("NFC", piece.words))
        words = re.sub(r"\s+", " ", words).strip()
        begin = None
        for word in re.findall(r"[^\s,;:.?!]+(?:[.:,]\d+)*|[,;:.?!]+", words):
            if word[0] in _PUNCTUATION:
                self._stop(max(word, key=_STRENGTH.__getitem__))
            elif word.strip("'-"):
                self._out += " " if self._out else ""
                begin = len(self._out) if begin is None else begin
                self._out += word
        here = len(self._out)
        self._placed.append((piece.start, piece.end, here if begin is None else begin, here))

    def _stop(self, sign: str) -> None:
        if not self._out:
            return
        if self._out[-1] not in _PUNCTUATION:
            self._out += sign
        elif _STRENGTH[sign] > _STRENGTH[self._out[-1]]:
            self._out = self._out[:-1] + sign

    def finish(self, text: str) -> Speech:
        """The speech; pieces with no white space between them are one token."""
        spans: list[Span] = []
        for start, end, spoken_start, spoken_end in self._placed:
            last = spans[-1] if spans else None
            if last is None or text[last.end : start].strip() != text[last.end : start] or last.end != start:
                spans.append(Span(start, end, spoken_start, spoken_end))
                continue
            silent = last.spoken_start == last.spoken_end
            spans[-1] = Span(
                last.start, end, spoken_start if silent else last.spoken_start, max(spoken_end, last.spoken_end)
            )
        return Speech(self._out, tuple(spans))
