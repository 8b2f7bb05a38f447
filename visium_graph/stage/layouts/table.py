"""A table: the header and its rule from the start, rows one by one; no heavy grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from manim import Animation, Line, Mobject, VGroup

from visium_graph.stage.column_widths import Extent, decimal_tail, extent, is_number, shared_widths
from visium_graph.stage.layouts.base import Page, Piece, Region, View, paginate
from visium_graph.stage.layouts.records import record_pages
from visium_graph.stage.shaping import Face
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM

if TYPE_CHECKING:
    from visium_graph.layouts import TableRow

__all__ = ["TableView"]

_SIZES = (BODY_EM * 1.1, BODY_EM, BODY_EM * 0.9, BODY_EM * 0.8, FLOOR_EM)
_GAP = 1.5
"""Least space between columns, in em."""
_WIDE_GAP = 4.2
"""Most space between columns, in em."""
_PAD = 0.58
"""Space above a row's capitals and below its last baseline, in em."""
_AIRY_PAD = 0.95
_HEADER_WEIGHT = "BOLD"


@dataclass(frozen=True)
class _Grid:
    """Columns in place."""

    em: float
    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    left: float
    right: float


class TableView(View):
    """Rows of rich text in columns as wide as their content; numbers line up at their decimal points."""

    def build(self) -> list[Page]:
        """Choose the largest size at which the table fits a page; else deal the rows out to pages."""
        region = self.slide.region
        for em in _SIZES:
            grid = self._grid(em, region)
            if grid is None:
                continue
            header, rows = self._drawn(grid)
            heights = [_height(row, em) for row in rows]
            room = region.height - (_height(header, em) if header else 0.0)
            pages = paginate(heights, 0.0, room)
            too_high = max(heights) > room
            # A long table reads better at a comfortable size on several pages than at the smallest on one.
            if not too_high and (len(pages) == 1 or em == _SIZES[-1] or (len(rows) > 10 and em <= _SIZES[2])):
                return [self._page(header, [rows[index] for index in page], page, grid, region) for page in pages]
        return record_pages(self.slide, self.layout.header, self.layout.parts)

    # --------------------------------------------------------------- columns

    @cached_property
    def _extents(self) -> list[Extent]:
        """Of each column, in em."""
        plain, bold = Face(), Face(weight=_HEADER_WEIGHT)
        columns: list[Extent] = []
        for index in range(len(self.layout.parts[0].cells)):
            cells = [extent(part.cells[index], plain) for part in self.layout.parts]
            if self.layout.header:
                cells.append(extent(self.layout.header[index], bold))
            tails = [extent(decimal_tail(part.cells[index]), plain).natural for part in self.layout.parts]
            # Numbers of different precision stick out to the left of the longest tail.
            ragged = max(tails) - min(tails) if self._numeric[index] else 0.0
            widest = max(cell.natural for cell in cells) + ragged
            least = widest if self._numeric[index] else max(cell.least for cell in cells)
            columns.append(Extent(max(widest, 1.0), max(least, 1.0)))
        return columns

    @cached_property
    def _numeric(self) -> list[bool]:
        """Which columns hold numbers."""
        parts = self.layout.parts
        kinds = [[is_number(part.cells[index]) for part in parts] for index in range(len(parts[0].cells))]
        return [False not in column and True in column for column in kinds]

    def _grid(self, em: float, region: Region) -> _Grid | None:
        """The columns at a size; None where words would have to be cut."""
        count = len(self._extents)
        room = region.width / em - _GAP * (count - 1)
        widths = shared_widths(self._extents, room)
        if widths is None:
            return None
        free = region.width / em - sum(widths)
        gap = min(_WIDE_GAP, free / max(count - 1, 1)) if count > 1 else 0.0
        total = (sum(widths) + gap * (count - 1)) * em
        left = region.center[0] - total / 2
        lefts = [left + (sum(widths[:index]) + gap * index) * em for index in range(count)]
        return _Grid(em, tuple(lefts), tuple(width * em for width in widths), left, left + total)

    # ------------------------------------------------------------------ rows

    def _drawn(self, grid: _Grid) -> tuple[list[RichText], list[list[RichText]]]:
        header: list[RichText] = []
        if any(cell.strip() for cell in self.layout.header):
            header = [
                self._cell(cell, index, grid, "text", _HEADER_WEIGHT) for index, cell in enumerate(self.layout.header)
            ]
        return header, [self._row(part, grid) for part in self.layout.parts]

    def _row(self, part: TableRow, grid: _Grid) -> list[RichText]:
        cells = [self._cell(cell, index, grid, part.role) for index, cell in enumerate(part.cells)]
        for index, text in enumerate(part.cells):
            if self._numeric[index] and is_number(text):
                tails = [extent(decimal_tail(other.cells[index]), Face()).natural for other in self.layout.parts]
                own = extent(decimal_tail(text), Face()).natural
                cells[index].shift(np.array([(own - max(tails)) * grid.em, 0.0, 0.0]))
        return cells

    def _cell(self, text: str, index: int, grid: _Grid, role: str, weight: str = "NORMAL") -> RichText:
        """A cell in its column, its first baseline at a height of 0."""
        numeric = self._numeric[index]
        # A little slack keeps rounding from wrapping a column's widest cell.
        width = grid.widths[index] * 1.002
        align = "right" if numeric else "left"
        cell = self.slide.rich(text.strip(), role=role, em=grid.em, width=width, weight=weight, align=align)
        left = grid.lefts[index] + (grid.widths[index] - cell.width if numeric else 0.0)
        return cell.place(left, 0.0)

    # ----------------------------------------------------------------- pages

    def _page(
        self, header: list[RichText], rows: list[list[RichText]], numbers: list[int], grid: _Grid, region: Region
    ) -> Page:
        em = grid.em
        heights = [_height(row, em) for row in rows]
        top_height = _height(header, em) if header else 0.0
        spare = region.height - top_height - sum(heights)
        airy = min(2 * (_AIRY_PAD - _PAD) * em, spare / (len(rows) + bool(header)))
        y = region.top - 0.4 * max(0.0, spare - airy * (len(rows) + bool(header)))
        page = Page()
        if header:
            copies = [cell.copy() for cell in header]
            y = _set(copies, y, em, airy)
            page.furniture.append(VGroup(VGroup(*copies), self._rule(grid, y, strong=True)))
        for row, number in zip(rows, numbers, strict=True):
            y = _set(row, y, em, airy)
            ruled: list[Mobject] = [VGroup(*row)]
            if number != numbers[-1]:
                ruled.append(self._rule(grid, y))
            piece = Piece(self.layout.parts[number].id, VGroup(*ruled))
            piece.again = lambda cells=ruled[0]: self._again(cells)
            page.pieces.append(piece)
        return page

    def _rule(self, grid: _Grid, y: float, *, strong: bool = False) -> Line:
        look = self.slide.look
        return Line(
            [grid.left, y, 0],
            [grid.right, y, 0],
            stroke_width=3 if strong else 1.5,
            color=look.color("muted") if strong else look.rule,
        )

    def _again(self, cells: VGroup) -> Animation:
        return self.emphasis(Piece("", cells))


def _height(cells: Sequence[RichText], em: float) -> float:
    """Height of a row with its padding; its cells share their first baseline."""
    return _reach(cells, em)[0] + _reach(cells, em)[1] + 2 * _PAD * em


def _reach(cells: Sequence[RichText], em: float) -> tuple[float, float]:
    """How far the ink goes above and below the first baseline: capitals and baselines, more only for tall formulas."""
    inked = [cell for cell in cells if cell.has_points() or len(cell.family_members_with_points()) > cell.line_count]
    above = max((cell.get_top()[1] - cell.first_baseline - 0.1 * em for cell in inked), default=0.0)
    below = max((cell.first_baseline - cell.last_baseline for cell in inked), default=0.0)
    deep = max((cell.first_baseline - cell.get_bottom()[1] - 0.25 * em for cell in inked), default=0.0)
    return max(above, CAP_HEIGHT * em), max(below, deep)


def _set(cells: Sequence[RichText], top: float, em: float, airy: float) -> float:
    """Set a row with its upper edge at `top`; returns its lower edge."""
    above, below = _reach(cells, em)
    baseline = top - airy / 2 - _PAD * em - above
    for cell in cells:
        cell.shift(np.array([0.0, baseline - cell.first_baseline, 0.0]))
    return float(baseline - below - _PAD * em - airy / 2)
