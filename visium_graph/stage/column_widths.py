"""How wide the columns of a table are: by their content, wrapped where the frame asks for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from visium_graph.stage.shaping import Face
from visium_graph.stage.wrapping import line_width, lines_of

__all__ = ["Extent", "decimal_tail", "extent", "is_number", "shared_widths"]

_NUMBER = re.compile(
    r"\$?\s*[~≈<>≤≥±+\-\u2212\u2013]?\s*[$€£¥]?\s*[+\-\u2212]?\d[\d,.'\u00a0\u2009 ]*(?:[eE][+\-\u2212]?\d+)?"
    r"(?:\s*\\?%|\s*[a-zA-Zµ°/²³]{1,4}|\u00d7|x)?\s*\$?"
)
_BLANK = re.compile(r"\s*(?:[-\u2013\u2014\u2212?]|n/?a)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Extent:
    """Widths of a text in em: all on one line, and of its longest word, below which words are cut."""

    natural: float
    least: float


def extent(text: str, face: Face) -> Extent:
    """Measure rich text.

    Raises:
        FormulaError: an inline formula is not valid LaTeX.
    """
    lines = [line for paragraph in text.split("\n") for line in lines_of(paragraph, face, None)]
    return Extent(
        max((line_width(line, face) for line in lines), default=0.0),
        max((box.advance for line in lines for box in line), default=0.0),
    )


def is_number(text: str) -> bool | None:
    """Whether a cell holds a number (with a sign, a currency or a short unit); None where it holds nothing."""
    if _BLANK.fullmatch(text):
        return None
    return _NUMBER.fullmatch(text.strip()) is not None


def decimal_tail(text: str) -> str:
    """What follows the whole part of a number: `.25`, `%`, `.5 kg`; numbers line up before it."""
    match = re.match(r"(.*?\d[\d,']*)(\.\d.*|\s*(?:%|[^\d\s.,]).*|)$", text.strip(), re.DOTALL)
    return match[2].rstrip("$") if match and "$" not in match[2] else ""


def shared_widths(columns: Sequence[Extent], room: float) -> list[float] | None:
    """Deal a width out to columns: small ones get what they ask for, the others share the rest by their content.

    Returns:
        The width of each column, at least its longest word and at most its natural width; None where not even the
        longest words fit.
    """
    if sum(column.natural for column in columns) <= room:
        return [column.natural for column in columns]
    if sum(column.least for column in columns) > room:
        return None
    # Long texts grow in area: the square root of the length is a fair share for wrapped columns.
    widths = [column.least for column in columns]
    open_columns = {index for index, column in enumerate(columns) if column.natural > column.least}
    rest = room - sum(widths)
    while rest > 1e-6 and open_columns:
        weights = {index: (columns[index].natural - widths[index]) ** 0.75 for index in open_columns}
        total = sum(weights.values())
        given = 0.0
        for index in sorted(open_columns):
            more = min(rest * weights[index] / total, columns[index].natural - widths[index])
            widths[index] += more
            given += more
            if columns[index].natural - widths[index] < 1e-6:
                open_columns.discard(index)
        rest -= given
    return widths
