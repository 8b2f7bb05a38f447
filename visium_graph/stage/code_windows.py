"""Which rows of a long listing are seen together: windows around the parts that are spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from visium_graph.stage.highlight import CodeRow

__all__ = ["Window", "windows"]


class _Span(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def lines(self) -> tuple[int, int]: ...


@dataclass
class Window:
    """Rows that stand on one page, and the ids of the parts that are lit there."""

    rows: list[CodeRow]
    parts: list[str] = field(default_factory=list)


def windows(rows: Sequence[CodeRow], most: int, parts: Sequence[_Span]) -> list[Window]:
    """Cut a listing into windows of at most `most` rows.

    A listing that fits is one window. In a longer one every part has a window that shows it whole, with lines around
    it, shared with the parts after it where they fit too; the listing's first rows are preferred. A part longer than a
    window takes several. Without parts the windows cover the listing one after another.
    """
    if not parts:
        return [Window(list(rows[start:end])) for start, end in _covering(rows, 0, len(rows), most)]
    # Windows as [start, end) of rows, and the parts each holds.
    bounds: list[tuple[int, int]] = [next(_covering(rows, 0, len(rows), most))]
    held: list[list[str]] = [[]]
    spans = {part.id: _rows_of(rows, part) for part in parts}
    for index, part in enumerate(parts):
        first, last = spans[part.id]
        known = next((number for number, (start, end) in enumerate(bounds) if start <= first and last <= end), None)
        if known is not None:
            held[known].append(part.id)
            continue
        if last - first > most:
            chunks = list(_covering(rows, first, last, most))
            # A short rest is filled up with what stands above it.
            chunks[-1] = (max(0, min(chunks[-1][0], last - most)), last)
            bounds += chunks
            held += [[part.id] for _ in chunks]
            continue
        bounds.append(_around(rows, most, [spans[other.id] for other in parts[index:]]))
        held.append([part.id])
    used = [(bound, names) for bound, names in zip(bounds, held, strict=True) if names]
    return [Window(list(rows[start:end]), names) for (start, end), names in used]


def _rows_of(rows: Sequence[CodeRow], part: _Span) -> tuple[int, int]:
    inside = [index for index, row in enumerate(rows) if part.lines[0] <= row.line <= part.lines[1]]
    # Lines past the end of the text (blank ones) have no row.
    return (inside[0], inside[-1] + 1) if inside else (len(rows) - 1, len(rows))


def _around(rows: Sequence[CodeRow], most: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """A window with the first span, as many of the next ones as fit, and more of what stands above than below."""
    first, last = spans[0]
    for start, end in spans[1:]:
        if max(last, end) - min(first, start) > most:
            break
        first, last = min(first, start), max(last, end)
    spare = most - (last - first)
    top = max(0, min(first - spare // 2, len(rows) - most))
    better = [index for index in range(top, first + 1) if _begins(rows, index)]
    # A window opens where something begins, if that costs little of what stands above.
    top = next((index for index in better if index - top <= spare // 3), top)
    while rows[top].continued and top < first:
        top += 1
    return top, min(top + most, len(rows))


def _covering(rows: Sequence[CodeRow], start: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
    """Windows that cover rows `start` to `stop`; each ends before a line that begins something, if that costs little."""
    while stop - start > most:
        candidates = range(start + max(1, most * 4 // 5), start + most + 1)
        end = max(candidates, key=lambda index: (_begins(rows, index) - 2 * rows[index].continued, index))
        yield start, end
        start = end
    yield start, stop


def _begins(rows: Sequence[CodeRow], index: int) -> bool:
    """Whether a row begins a block: it is not indented and follows a blank line or the listing's start."""
    spans = rows[index].spans
    return bool(spans) and spans[0].column == 0 and (index == 0 or not rows[index - 1].spans)
