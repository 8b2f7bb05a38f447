"""A title card: the scene's title large in the middle, lines of text below it."""

from __future__ import annotations

import numpy as np
from manim import UP, Animation, FadeIn, FadeOut, Line, Transform, config

from visium_graph.stage.layouts.base import Page, Piece, Region, View, ink_bottom, ink_top, paginate, place_column
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, DISPLAY_EM, MARGIN_Y
from visium_graph.stage.titles import fitted_title, make_title, region_below

__all__ = ["TitleView"]

_SIZES = (
    (DISPLAY_EM, 2),
    (DISPLAY_EM * 0.8, 3),
    (DISPLAY_EM * 0.66, 4),
    (DISPLAY_EM * 0.54, 5),
    (DISPLAY_EM * 0.44, 9),
)
_RULE_GAP = 0.46
_LINE_GAP = 0.42


class TitleView(View):
    """The title in the display size, a short rule below it, then the lines, all centred."""

    def heading(self) -> RichText | None:
        """The title in the display size; at the top as usual where the lines leave no room for that."""
        look, width = self.slide.look, config.frame_width * 0.8
        room = config.frame_height - 2 * MARGIN_Y
        self._lines: list[RichText] = []
        for title_sizes, em in ((_SIZES, BODY_EM * 1.05), (_SIZES, BODY_EM * 0.9), (_SIZES[1:], BODY_EM * 0.8)):
            self._title = fitted_title(self.title, look, sizes=title_sizes, width=width, align="center")
            self._lines = [self._line(part.text, part.role, em) for part in self.layout.parts]
            if self._height() <= room:
                self._fits = True
                return self._title
        self._fits = False
        self._title = make_title(self.title, look)
        return self._title

    def build(self) -> list[Page]:
        """The block of title, rule and lines in the middle, or pages of lines."""
        if not self._fits:
            return self._pages(region_below(self._title))
        y = self._set(self._title, self._height() / 2 + 0.1) - _RULE_GAP
        rule = Line(color=self.slide.color("primary"), stroke_width=5).set_length(1.6).move_to(UP * y)
        y -= _RULE_GAP
        for line in self._lines:
            y = self._set(line, y) - _LINE_GAP
        parts = zip(self.layout.parts, self._lines, strict=True)
        return [Page([Piece(part.id, line) for part, line in parts], [rule])]

    def _pages(self, region: Region) -> list[Page]:
        rows = [
            (part.id, text)
            for part, line in zip(self.layout.parts, self._lines, strict=True)
            for text in line.cut(region.height)
        ]
        pages = []
        for page in paginate([_height(text) for _, text in rows], _LINE_GAP, region.height):
            place_column([rows[index][1] for index in page], region, gap=_LINE_GAP, left=False)
            pages.append(Page([Piece(*rows[index]) for index in page]))
        return pages

    def _line(self, text: str, role: str, em: float) -> RichText:
        # Lines below a title stand back unless they were given a colour.
        quiet = "muted" if role == "text" else role
        width = config.frame_width * 0.72
        return self.slide.rich(text, role=quiet, em=em, width=width, align="center", balance=True)

    def _height(self) -> float:
        lines = sum(map(_height, self._lines)) + _LINE_GAP * max(len(self._lines) - 1, 0)
        return _height(self._title) + 2 * _RULE_GAP + lines

    def leaving(self) -> tuple[RichText | None, list[Animation]]:
        """The title goes up to where the next scene expects it."""
        target = make_title(self.title, self.slide.look)
        if not self._fits:
            return self._title, []
        if target.line_count == self._title.line_count:
            return self._title, [Transform(self._title, target)]
        return target, [FadeOut(self._title), FadeIn(target)]

    @staticmethod
    def _set(text: RichText, top: float) -> float:
        text.shift(np.array([-text.get_x(), top - ink_top(text), 0.0]))
        return ink_bottom(text)


def _height(text: RichText) -> float:
    return ink_top(text) - ink_bottom(text)
