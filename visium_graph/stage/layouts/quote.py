"""A quotation, paragraph by paragraph, with its source below it."""

from __future__ import annotations

import numpy as np
from manim import Line, VGroup

from visium_graph.layouts import TextPart
from visium_graph.stage.layouts.base import Page, Piece, Region, View, ink_bottom, ink_top, paginate, place_column
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, CAPTION_EM

__all__ = ["QuoteView"]

_GAP = 0.42
_INDENT = 0.55
_SIZES = (BODY_EM * 1.4, BODY_EM * 1.2, BODY_EM, BODY_EM * 0.9)


class QuoteView(View):
    """Italic paragraphs beside a bar in the accent colour."""

    def build(self) -> list[Page]:
        """The largest size at which everything stands on one page, else several pages."""
        region = self.slide.region.inset(left=0.6, right=0.6)
        source = self._source(region)
        room = region.height - (0.0 if source is None else ink_top(source) - ink_bottom(source) + _GAP)
        texts: list[tuple[str, RichText]] = []
        pages: list[list[int]] = []
        for em in _SIZES:
            texts = [(part.id, text) for part in self.layout.parts for text in self._paragraph(part, em, region, room)]
            pages = paginate([ink_top(text) - ink_bottom(text) for _, text in texts], _GAP, room)
            if len(pages) == 1:
                break
        return [
            self._page([texts[index] for index in page], region, source if page is pages[-1] else None)
            for page in pages
        ]

    def _paragraph(self, part: TextPart, em: float, region: Region, room: float) -> list[RichText]:
        width = region.width - _INDENT
        return self.slide.rich(part.text, role=part.role, em=em, slant="ITALIC", width=width, leading=1.42).cut(room)

    def _source(self, region: Region) -> RichText | None:
        if not self.layout.attribution.strip():
            return None
        text = self.layout.attribution.strip().lstrip("\u2014\u2013- ")
        return self.slide.rich(f"\u2014\u2002{text}", role="muted", em=CAPTION_EM * 1.1, width=region.width - _INDENT)

    def _page(self, parts: list[tuple[str, RichText]], region: Region, source: RichText | None) -> Page:
        texts = [text for _, text in parts]
        column = [*texts, *([source] if source is not None else [])]
        left = (region.width - _INDENT - max(text.width for text in column)) / 2
        region = region.inset(left=left)
        place_column(column, region.inset(left=_INDENT), gap=_GAP)
        top, bottom = ink_top(texts[0]) + 0.1, ink_bottom(texts[-1]) - 0.1
        bar = Line(
            np.array([region.left, top, 0.0]), np.array([region.left, bottom, 0.0]),
            color=self.slide.color("primary"), stroke_width=6,
        )  # fmt: skip
        pieces = [Piece(part, text) for part, text in parts]
        if source is not None:
            pieces[-1].mobject = VGroup(pieces[-1].mobject, source)
        return Page(pieces, [bar])
