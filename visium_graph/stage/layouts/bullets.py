"""A list of points: markers, wrapped text, as many pages as it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manim import Dot, Mobject, VGroup

from visium_graph.stage.layouts.base import Page, Piece, Region, View, ink_bottom, ink_top, paginate, place_column
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT

__all__ = ["BulletsView"]

_GAP = 0.46
_SIZES = (BODY_EM * 1.12, BODY_EM, BODY_EM * 0.9)
"""The usual size, so that slide follows slide in one size, and smaller ones for lists that fill the frame."""


@dataclass
class _Row:
    """A point, or a portion of one that is longer than a page; only the first has its marker shown."""

    part: str
    marker: Mobject
    text: RichText
    begins: bool


class BulletsView(View):
    """Points below one another, left-aligned, centred in height."""

    def build(self) -> list[Page]:
        """Choose the size, then deal the points out to pages."""
        region = self.slide.region
        rows, pages = self._sized(region)
        return [self._page_of_rows([rows[index] for index in page], region) for page in pages]

    def _sized(self, region: Region) -> tuple[list[_Row], list[list[int]]]:
        """The rows at the largest size at which they need one page, else at the usual size on several."""
        usual: tuple[list[_Row], list[list[int]]] | None = None
        for em in _SIZES:
            rows = [row for index in range(len(self.layout.parts)) for row in self._rows(index, em, region)]
            pages = paginate([ink_top(row.text) - ink_bottom(row.text) for row in rows], _GAP, region.height)
            if len(pages) == 1:
                return rows, pages
            usual = usual or (rows, pages)
        assert usual is not None
        return usual

    def _page_of_rows(self, rows: list[_Row], region: Region) -> Page:
        indent = self._indent(rows[0].text.em)
        rises = [row.marker.get_y() - row.text.first_baseline for row in rows]
        place_column([row.text for row in rows], region.inset(left=indent), gap=_GAP)
        for row, rise in zip(rows, rises, strict=True):
            # Numbers line up at their full stops, dots at the margin.
            half = row.marker.width / 2
            x = region.left + (indent - 0.45 * row.text.em - half if self.layout.numbered else half)
            row.marker.move_to(np.array([x, row.text.first_baseline + rise, 0.0]))
        return Page([Piece(row.part, VGroup(row.marker, row.text) if row.begins else row.text) for row in rows])

    def _rows(self, index: int, em: float, region: Region) -> list[_Row]:
        """A point, in several portions where it is longer than a page."""
        part = self.layout.parts[index]
        text = self.slide.rich(part.text, role=part.role, em=em, width=region.width - self._indent(em))
        portions = text.cut(region.height)
        return [_Row(part.id, self._marker(index, em), portion, number == 0) for number, portion in enumerate(portions)]

    def _indent(self, em: float) -> float:
        digits = len(str(len(self.layout.parts)))
        return em * (0.7 + 0.58 * digits if self.layout.numbered else 0.95)

    def _marker(self, index: int, em: float) -> Mobject:
        if self.layout.numbered:
            return self.slide.rich(f"{index + 1}.", role="primary", em=em, weight="BOLD")
        dot = Dot(radius=0.11 * em, color=self.slide.color("primary"))
        return dot.move_to(np.array([0.0, CAP_HEIGHT * em * 0.47, 0.0]))
