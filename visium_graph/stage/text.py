"""Rich text: plain text with inline `$LaTeX$`, set in lines on common baselines and wrapped to a width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

import numpy as np
from manim import ManimColor, VGroup, VMobject

from visium_graph.stage.outlines import Points
from visium_graph.stage.shaping import Face
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM, LEADING
from visium_graph.stage.wrapping import Box, line_width, lines_of, reads_leftwards, space_width

__all__ = ["Align", "RichText", "TextLine", "filled"]

Align = Literal["left", "center", "right"]

_CLEARANCE = 0.12
"""Least distance between the ink of two lines, in em."""


class TextLine(VGroup):  # type: ignore[misc]  # manim is untyped here
    """The words and formulas of one line. Its first submobject is a point on the baseline, without ink."""

    @property
    def baseline(self) -> float:
        """Height of the baseline in the frame."""
        return float(self.submobjects[0].get_y())


class RichText(VGroup):  # type: ignore[misc]  # manim is untyped here
    """Lines of rich text; the submobjects are `TextLine`s.

    Made with the left end of the first baseline at the origin. Set it by its baseline with `place`, or move it as any
    mobject.

    Example:
        >>> text = RichText("the speed $v$", em=0.4).place(-3.0, 1.0)
        >>> round(text.first_baseline, 6), text.line_count
        (1.0, 1)

    Attributes:
        text: the rich text it was made of.
        em: font size in Manim units, as made.
    """

    def __init__(
        self,
        text: str,
        *,
        em: float = BODY_EM,
        color: str = "#FFFFFF",
        width: float | None = None,
        weight: str = "NORMAL",
        slant: str = "NORMAL",
        family: str | None = None,
        align: Align = "left",
        leading: float = LEADING,
        balance: bool = False,
        by_letter: bool = False,
    ) -> None:
        """Typeset text.

        Args:
            text: rich text; a line break starts a new line.
            em: font size, in Manim units; FLOOR_EM at least.
            color: colour as `#RRGGBB`.
            width: widest line, in Manim units; None sets no limit.
            weight: `NORMAL`, `MEDIUM`, `SEMIBOLD`, `BOLD`.
            slant: `NORMAL` or `ITALIC`.
            family: font family; the theme's by default.
            align: how lines of different widths are set.
            leading: distance of baselines, in em; tall formulas push lines further apart.
            balance: break lines so that they are about equally long (for titles), not as late as possible.
            by_letter: every glyph a mobject of its own (for `Write`), instead of every word: slower to animate.

        Raises:
            FormulaError: an inline formula is not valid LaTeX.
        """
        super().__init__()
        self.text = text
        self.em = max(em, FLOOR_EM)
        leftwards = reads_leftwards(text)
        face = Face(weight=weight, slant=slant) if family is None else Face(family, weight, slant)
        limit = None if width is None else width / self.em
        lines = [line for paragraph in text.split("\n") for line in _broken(paragraph, face, limit, balance=balance)]
        widest = max((line_width(line, face) for line in lines), default=0.0)
        drop = 0.0
        for index, line in enumerate(lines):
            if index:
                depth = max((box.depth for box in lines[index - 1]), default=0.0)
                drop += max(leading, depth + max((box.height for box in line), default=0.0) + _CLEARANCE)
            slack = widest - line_width(line, face)
            indent = {"left": 0.0, "center": slack / 2, "right": slack}[align]
            self.add(_draw(line, face, (indent, -drop), self.em, color, by_letter=by_letter, leftwards=leftwards))

    @property
    def line_count(self) -> int:
        """Number of lines."""
        return len(self.submobjects)

    @property
    def first_baseline(self) -> float:
        """Height of the first line's baseline."""
        return float(self.submobjects[0].baseline)

    @property
    def last_baseline(self) -> float:
        """Height of the last line's baseline."""
        return float(self.submobjects[-1].baseline)

    def place(self, x: float, baseline: float) -> Self:
        """Move so that the left edge of the ink is at x and the first baseline at the given height."""
        self.shift(np.array([x - self.get_left()[0], baseline - self.first_baseline, 0.0]))
        return self

    def cut(self, height: float) -> list[RichText]:
        """The lines in portions no higher than `height` (from capitals to last baseline); one line at least in each."""
        portions: list[list[TextLine]] = []
        for line in self.submobjects:
            if portions and portions[-1][0].baseline - line.baseline + CAP_HEIGHT * self.em <= height:
                portions[-1].append(line)
            else:
                portions.append([line])
        if len(portions) <= 1:
            return [self]
        texts = []
        for portion in portions:
            text = RichText.__new__(RichText)
            VGroup.__init__(text, *portion)
            text.text, text.em = self.text, self.em
            texts.append(text)
        return texts


def _broken(paragraph: str, face: Face, limit: float | None, *, balance: bool) -> list[list[Box]]:
    lines = lines_of(paragraph, face, limit)
    if limit is None or not balance or len(lines) == 1:
        return lines
    low, high = line_width(lines[-1], face), limit
    for _ in range(7):
        middle = (low + high) / 2
        narrower = lines_of(paragraph, face, middle)
        if len(narrower) > len(lines):
            low = middle
        else:
            lines, high = narrower, middle
    return lines


def _draw(
    line: list[Box],
    face: Face,
    origin: tuple[float, float],
    em: float,
    color: str,
    *,
    by_letter: bool,
    leftwards: bool,
) -> TextLine:
    pen, baseline = origin
    result = TextLine(_anchor(pen * em, baseline * em))
    for box, gap in _visual_order(line) if leftwards else ((box, box.space and box is not line[0]) for box in line):
        pen += space_width(face) if gap else 0.0
        shift = np.array([pen, baseline])
        if by_letter or box.math:
            for glyph, own in zip(box.glyphs, box.colors, strict=True):
                result.add(filled([glyph + shift], em, own or color))
        elif box.glyphs:
            result.add(filled([glyph + shift for glyph in box.glyphs], em, color))
        pen += box.advance
    return result


def _visual_order(line: list[Box]) -> Iterator[tuple[Box, bool]]:
    """Boxes of a line that reads leftwards as they stand from left to right, each with whether a gap is before it."""
    order: list[int] = []
    run: list[int] = []
    for index, box in enumerate(line):
        if box.math or (not reads_leftwards(box.text) and any(char.isalnum() for char in box.text)):
            run.append(index)  # words of the other direction keep their order among themselves
        else:
            order = [index, *run, *order]
            run = []
    order = [*run, *order]
    for position, index in enumerate(order):
        before = order[position - 1] if position else index
        yield line[index], position > 0 and line[max(index, before)].space


def filled(outlines: Sequence[Points], scale: float, color: str) -> VMobject:
    """One filled shape made of outlines (see `outlines.Points`), scaled to Manim units."""
    shape = VMobject(fill_color=ManimColor(color), fill_opacity=1.0, stroke_width=0, stroke_color=ManimColor(color))
    flat = np.concatenate(outlines) * scale
    shape.points = np.column_stack([flat, np.zeros(len(flat))])
    return shape


def _anchor(x: float, y: float) -> VMobject:
    point = VMobject(stroke_width=0, stroke_opacity=0, fill_opacity=0)
    point.points = np.tile(np.array([x, y, 0.0]), (4, 1))
    return point
