"""Source code on a slide: rows of monospaced words on a grid of character cells, shaped in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from manim import Animation

from visium_graph.stage.highlight import CodeRow
from visium_graph.stage.outlines import Points
from visium_graph.stage.shaping import Face, shape_words
from visium_graph.stage.text import RichText, TextLine, filled
from visium_graph.stage.theme import CODE_FONT, Theme

__all__ = ["CELL", "LINE", "CodeLine", "CodeText", "Light"]

CELL = 0.6
"""Width of a character cell, in em."""
LINE = 1.42
"""Distance of baselines, in em."""
_CONTINUED = "\u21aa"
_GUTTER_GAP = 2
"""Columns between the line numbers and the code."""


class CodeLine(TextLine):
    """One row of a listing, its number first. One VMobject holds all words of a colour."""

    def __init__(self, row: CodeRow, em: float, gutter: int, theme: Theme) -> None:
        """Draw a row with the left end of its baseline at the origin.

        Args:
            row: what it says.
            em: font size, in Manim units.
            gutter: columns that line numbers take; 0 shows none.
            theme: the slide's theme.
        """
        super().__init__(filled([np.zeros((4, 2))], em, theme.color("text")).set_fill(opacity=0))
        self.line = row.line
        number = _CONTINUED if row.continued else str(row.line)
        if gutter:
            (word,) = shape_words([number], Face(CODE_FONT))
            shift = np.array([(gutter - (1 if row.continued else len(number))) * CELL, 0.0])
            self.add(
                *([filled([glyph + shift for glyph in word.glyphs], em, theme.color("muted"))] if word.glyphs else [])
            )
        colored: dict[str, list[Points]] = {}
        start = gutter + _GUTTER_GAP if gutter else 0
        words = shape_words([span.text for span in row.spans], Face(CODE_FONT))
        for span, shaped in zip(row.spans, words, strict=True):
            shift = np.array([(start + span.column) * CELL, 0.0])
            colored.setdefault(span.role, []).extend(glyph + shift for glyph in shaped.glyphs)
        self.add(*(filled(glyphs, em, theme.color(role)) for role, glyphs in colored.items() if glyphs))


class CodeText(RichText):
    """Rows of a listing; the submobjects are `CodeLine`s.

    Attributes:
        rows: what each line shows.
    """

    def __init__(self, rows: Sequence[CodeRow], *, em: float, gutter: int, theme: Theme) -> None:
        """Draw rows with the left end of the first baseline at the origin.

        Args:
            rows: the rows.
            em: font size, in Manim units.
            gutter: columns that line numbers take; 0 shows none.
            theme: the slide's theme.
        """
        shape_words([span.text for row in rows for span in row.spans], Face(CODE_FONT))  # all at once: one Pango call
        super().__init__("", em=em)
        self.remove(*self.submobjects)
        self.text = "\n".join(" ".join(span.text for span in row.spans) for row in rows)
        self.rows = list(rows)
        for index, row in enumerate(rows):
            self.add(CodeLine(row, em, gutter, theme).shift(np.array([0.0, -index * LINE * em, 0.0])))

    def lit(self, first: int, last: int) -> Iterator[CodeLine]:
        """The lines that show lines `first` to `last` of the source."""
        return (line for line in self.submobjects if first <= line.line <= last)

    @staticmethod
    def columns(rows: Sequence[CodeRow], gutter: int) -> int:
        """Columns that rows take with their numbers."""
        return (gutter + _GUTTER_GAP if gutter else 0) + max((row.width for row in rows), default=0)


class Light(Animation):  # type: ignore[misc]  # manim is untyped here
    """Lines of a listing light up and the others dim; the listing stays one mobject of the scene."""

    def __init__(self, code: CodeText, lit: Collection[CodeLine], dim: float, **kwargs: Any) -> None:
        """Prepare the animation.

        Args:
            code: the listing.
            lit: its lines that are lit.
            dim: opacity of the others.
            **kwargs: passed on to `Animation`.
        """
        super().__init__(code, **kwargs)
        self._goals = [
            (shape, 1.0 if line in lit else dim) for line in code.submobjects for shape in line.submobjects[1:]
        ]
        self._starts: list[float] = []

    def begin(self) -> None:
        """Note how bright the lines are now."""
        self._starts = [float(shape.get_fill_opacity()) for shape, _ in self._goals]
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the lines' opacity on their way."""
        share = self.rate_func(alpha)
        for (shape, goal), start in zip(self._goals, self._starts, strict=True):
            if goal != start:
                shape.set_fill(opacity=start + (goal - start) * share)
