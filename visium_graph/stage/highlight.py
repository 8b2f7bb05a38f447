"""Source code as coloured rows: pygments says what each word is, this module where it stands on the slide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Error, Keyword, Literal, Name, Number, Operator, Punctuation, String, Token
from pygments.util import ClassNotFound

__all__ = ["CodeRow", "Span", "cells", "highlight", "wrap"]

TAB = 4
"""Tab stops stand every so many columns."""

_ROLES: dict[Any, str] = {
    Token: "text",
    Comment: "muted",
    Keyword: "tertiary",
    Keyword.Constant: "accent",
    Name.Builtin: "primary",
    Name.Builtin.Pseudo: "tertiary",
    Name.Class: "secondary",
    Name.Constant: "accent",
    Name.Decorator: "secondary",
    Name.Exception: "secondary",
    Name.Function: "primary",
    Name.Namespace: "text",
    Name.Tag: "tertiary",
    Name.Attribute: "primary",
    Literal: "accent",
    Number: "accent",
    String: "good",
    String.Escape: "accent",
    String.Interpol: "text",
    Operator: "text",
    Operator.Word: "tertiary",
    Punctuation: "text",
    Error: "text",
}


@dataclass(frozen=True)
class Span:
    """A piece of a row in one colour. `column` counts character cells from the row's left edge."""

    text: str
    role: str
    column: int


@dataclass(frozen=True)
class CodeRow:
    """One row as it stands on the slide. Where a line is wrapped it has several."""

    line: int
    """Line of the source, counted from 1."""
    spans: tuple[Span, ...]
    continued: bool = False
    """Whether the row continues the one above."""

    @property
    def width(self) -> int:
        """Columns up to the row's right edge."""
        return max((span.column + cells(span.text) for span in self.spans), default=0)


def cells(text: str) -> int:
    """Width of a text in character cells: wide East Asian characters and emoji take two, marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )


def highlight(source: str, language: str) -> list[CodeRow]:
    """One row a line of the source, tabs expanded, trailing blank lines dropped.

    An unknown language is no error: the listing is set in one colour.
    """
    try:
        lexer = get_lexer_by_name(language.strip().lower() or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False, ensurenl=False)
    text = source.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    lines: list[list[Span]] = [[]]
    column = 0
    for kind, value in lexer.get_tokens(text):
        for index, piece in enumerate(value.split("\n")):
            if index:
                lines.append([])
                column = 0
            for span in _cut_at_spaces(piece, _role(kind), column):
                lines[-1].append(span)
            column = _advanced(piece, column)
    count = len(text.split("\n"))
    return [CodeRow(number + 1, tuple(line)) for number, line in enumerate(lines[:count])]


def _role(kind: Any) -> str:
    while kind not in _ROLES:
        kind = kind.parent
    return _ROLES[kind]


def _advanced(text: str, column: int) -> int:
    for char in text:
        column += TAB - column % TAB if char == "\t" else cells(char)
    return column


def _cut_at_spaces(piece: str, role: str, column: int) -> Iterator[Span]:
    """The words of a piece, each with its column; spaces and tabs only move the next one along."""
    word, start = "", column
    for char in piece:
        if char.isspace():
            if word:
                yield Span(word, role, start)
            word = ""
            column = _advanced("\t" if char == "\t" else " ", column)
            continue
        if not word:
            start = column
        word += char
        column += cells(char)
    if word:
        yield Span(word, role, start)


def wrap(rows: Sequence[CodeRow], columns: int) -> list[CodeRow]:
    """Wrap rows wider than `columns`; what hangs over is indented two columns deeper than the line it continues.

    Breaks fall at spaces where possible, else behind brackets and commas, else anywhere.
    """
    wrapped: list[CodeRow] = []
    for row in rows:
        wrapped.extend(_wrapped(row, max(columns, 8)) if row.width > columns else [row])
    return wrapped


def _wrapped(row: CodeRow, columns: int) -> Iterator[CodeRow]:
    # A deeply nested line may not spend more than half of its rows on indentation.
    start = min(row.spans[0].column, columns // 2)
    hang = min(row.spans[0].column + 2, columns // 2)
    rest = list(row.spans)
    continued = False
    while rest:
        shift = (hang if continued else start) - rest[0].column
        moved = [Span(span.text, span.role, span.column + shift) for span in rest]
        count = _fitting(moved, columns)
        if count == 0:
            kept, over = _split(moved[0].text, columns - moved[0].column)
            yield CodeRow(row.line, (Span(kept, moved[0].role, moved[0].column),), continued)
            rest[0] = Span(over, rest[0].role, rest[0].column + cells(kept))
        else:
            yield CodeRow(row.line, tuple(moved[:count]), continued)
            rest = rest[count:]
        continued = True


def _fitting(spans: Sequence[Span], columns: int) -> int:
    """How many spans to set on a row: as many as fit, less some where that breaks at a better place."""
    most = sum(span.column + cells(span.text) <= columns for span in spans)
    if most == len(spans):
        return most

    def quality(count: int) -> tuple[int, int]:
        before, after = spans[count - 1], spans[count]
        if after.column > before.column + cells(before.text):
            return 2, count
        return int(before.text.endswith(("(", "[", "{", ",", ";"))), count

    earliest = next((count for count in range(1, most + 1) if spans[count].column > columns // 2), most)
    return max(range(max(earliest, 1), most + 1), key=quality, default=0)


def _split(text: str, room: int) -> tuple[str, str]:
    taken = 0
    for index, char in enumerate(text):
        taken += cells(char)
        if taken > room and index:
            return text[:index], text[index:]
    return text, ""
