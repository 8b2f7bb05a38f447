"""A title card: the scene's title large in the middle, lines of text below it."""

from __future__ import annotations

import numpy as np
from manim import UP, Animation, FadeIn, FadeOut, Line, Transform, config

from visium_graph.stage.layouts.base import Page, Piece, View, ink_bottom, ink_top
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, DISPLAY_EM, FLOOR_EM
from visium_graph.stage.titles import fitted_title, make_title

__all__ = ["TitleView"]

_RULE_GAP = 0.42
_LINE_GAP = 0.34


class TitleView(View):
    """The title in the display size, a short rule below it, then the lines, all centred."""

    def heading(self) -> RichText | None:
        """The title in the display size, smaller the longer it is; `build` sets it in its place."""
        width = config.frame_width * 0.8
        self._title = fitted_title(self.title, self.slide.look, em=DISPLAY_EM, width=width, lines=3, align="center")
        return self._title

    def build(self) -> list[Page]:
        """Centre the block; the lines shrink where they would not fit below the title."""
        title = self._title
        rule = Line(color=self.slide.color("primary"), stroke_width=5).set_length(1.6)
        parts = self.layout.parts
        room = config.frame_height - 1.2
        lines: list[RichText] = []
        for em in (BODY_EM * 1.05, BODY_EM * 0.9, FLOOR_EM):
            lines = [
                self.slide.rich(part.text, role=_quiet(part.role), em=em, width=config.frame_width * 0.72, align="center")
                for part in parts
            ]
            height = _height(title) + 2 * _RULE_GAP + sum(map(_height, lines)) + _LINE_GAP * max(len(lines) - 1, 0)
            if height <= room:
                break
        y = min(height, room) / 2 + 0.1
        y = self._set(title, y) - _RULE_GAP
        rule.move_to(UP * y)
        y -= _RULE_GAP
        for line in lines:
            y = self._set(line, y) - _LINE_GAP
        return [Page([Piece(part.id, line) for part, line in zip(parts, lines, strict=True)], [rule])]

    def leaving(self) -> tuple[RichText | None, list[Animation]]:
        """The title goes up to where the next scene expects it."""
        target = make_title(self.title, self.slide.look)
        if target.line_count == self._title.line_count:
            return self._title, [Transform(self._title, target)]
        return target, [FadeOut(self._title), FadeIn(target)]

    @staticmethod
    def _set(text: RichText, top: float) -> float:
        text.shift(np.array([-text.get_x(), top - ink_top(text), 0.0]))
        return ink_bottom(text)


def _height(text: RichText) -> float:
    return ink_top(text) - ink_bottom(text)


def _quiet(role: str) -> str:
    """Lines below a title stand back unless they were given a colour."""
    return "muted" if role == "text" else role
