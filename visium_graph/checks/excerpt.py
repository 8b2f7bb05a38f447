"""Lines of a source as findings count them, and their place in a terminal. Needs nothing but the text."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["columns", "lines_of", "shown"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_TAB = 4
_WIDE = frozenset("WF")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that steer a terminal, turn the direction of writing or cannot be seen."""
_BESIDE = frozenset({"Mn", "Me"})


def lines_of(source: str) -> list[str]:
    r"""The lines as Python counts them: only CR, LF and CR LF end one.

    Example:
        >>> lines_of("a\r\nb\x0cc\nd")
        ['a', 'b\x0cc', 'd']
    """
    return _LINE_END.split(source)


def shown(line: str) -> str:
    """The line as it may go to a terminal: tabs as spaces, and nothing that steers the terminal."""
    pieces: list[str] = []
    place = 0
    for character in line:
        piece = " " * (_TAB - place % _TAB) if character == "\t" else _visible(character)
        pieces.append(piece)
        place += _width(piece)
    return "".join(pieces)


def columns(line: str, column: int) -> int:
    r"""Cells of the terminal that stand before a column (counted from 1) of the line as `shown` gives it.

    Example:
        >>> columns("\tx = '漢字' + y", 11), columns("abc", 3)
        (15, 2)
    """
    return _width(shown(line[: max(0, column - 1)]))


def _visible(character: str) -> str:
    return "�" if unicodedata.category(character) in _UNSEEN else character


def _width(text: str) -> int:
    return sum(
        0
        if unicodedata.category(character) in _BESIDE
        else 2
        if unicodedata.east_asian_width(character) in _WIDE
        else 1
        for character in text
    )
