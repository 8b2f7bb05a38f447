"""A list of points: markers, wrapped text, as many pages as it takes."""

from __future__ import annotations

import numpy as np
from manim import Dot, Mobject, VGroup

from visium_graph.stage.layouts.base import Page, Piece, Region, View, ink_bottom, ink_top, paginate, place_column
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM

__all__ = ["BulletsView"]

_GAP = 0.46
_SIZES = (BODY_EM * 1.12, BODY_EM, BODY_EM * 0.92, BODY_EM * 0.84, FLOOR_EM * 1.06)


class BulletItem(RichText):
    """The text of a point with its marker in front of the first line."""


class BulletsView(View):
    """Points below one another, left-aligned, centred in height."""

    def build(self) -> list[Page]:
        """Choose the largest size at which the list needs no further page, then deal the points out to pages."""
        region = self.slide.region
        rows: list[VGroup] = []
        pages: list[list[int]] = []
        for em in _SIZES:
            rows = [self._row(index, em, region) for index in range(len(self.layout.parts))]
            heights = [ink_top(row[1]) - ink_bottom(row[1]) for row in rows]
            pages = paginate(heights, _GAP, region.height)
            if len(pages) == 1 or (len(rows) > 7 and em <= BODY_EM):
                break
        return [self._page([rows[index] for index in page], page, region) for page in pages]

    def _page(self, rows: list[VGroup], numbers: list[int], region: Region) -> Page:
        texts = [row[1] for row in rows]
        markers = [row[0] for row in rows]
        offsets = [marker.get_center() - np.array([0, text.first_baseline, 0]) for marker, text in zip(markers, texts, strict=True)]
        indent = max(text.get_left()[0] for text in texts)
        place_column(texts, region.inset(left=indent - min(marker.get_left()[0] for marker in markers)), gap=_GAP)
        for marker, text, offset in zip(markers, texts, offsets, strict=True):
            marker.move_to(np.array([region.left + marker.width / 2, text.first_baseline + offset[1], 0]))
        parts = self.layout.parts
        return Page([Piece(parts[number].id, row) for number, row in zip(numbers, rows, strict=True)])

    def _row(self, index: int, em: float, region: Region) -> VGroup:
        part = self.layout.parts[index]
        indent = em * (1.45 if self.layout.numbered else 0.95)
        text = self.slide.rich(part.text, role=part.role, em=em, width=region.width - indent)
        text.place(indent, 0.0)
        return VGroup(self._marker(index, em), text)

    def _marker(self, index: int, em: float) -> Mobject:
        if self.layout.numbered:
            return self.slide.rich(f"{index + 1}.", role="primary", em=em, weight="BOLD").place(0.0, 0.0)
        dot = Dot(radius=0.11 * em, color=self.slide.color("primary"))
        return dot.move_to(np.array([0.11 * em, CAP_HEIGHT * em * 0.47, 0.0]))
