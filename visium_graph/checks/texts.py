"""The texts of a scene as the viewer sees them: what they say, where their ink is, how large. Imports Manim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import (
    Arc,
    CoordinateSystem,
    DecimalNumber,
    Line,
    MarkupText,
    NumberLine,
    NumberPlane,
    Paragraph,
    Polygram,
    Text,
    VMobject,
)
from manim.mobject.text.tex_mobject import SingleStringMathTex
from numpy.typing import NDArray

from visium_graph.checks.origins import line_of, words_of
from visium_graph.stage import RichText

__all__ = ["Box", "Boxes", "ShownText", "is_text", "shown_texts"]

Box = NDArray[np.float64]
"""Shape (4,): left, bottom, right, top in Manim units."""
Boxes = NDArray[np.float64]
"""Shape (n, 4), rows as `Box`."""

_KINDS = (Text, MarkupText, Paragraph, SingleStringMathTex, DecimalNumber, RichText)
_FAINTEST = 0.06
"""Opacity up to which a text counts as gone."""
_NAME_CHARACTERS = 40
_CAPITAL = 0.957
"""Height in pixels at 1080p of a formula's capital letter, for each point of its font size."""
_SMALL_LETTER = 1.4
"""Height of a capital letter for one that has no ascender."""
_LOW = set("acemnorsuvwxz")
"""Letters without ascender."""
_ASCENDER = 0.95
"""Height of a capital letter for a letter with an ascender."""
_HIGH = set("bdfhkl")
"""Letters with ascender."""
_HALO = 2.0
"""Width of a background stroke that sets a text off from whatever lies below it."""


@dataclass(frozen=True)
class ShownText:
    """One text or formula that stands on screen, its glyphs measured."""

    mobject: Any
    glyphs: tuple[Any, ...]
    boxes: Boxes
    chain: tuple[Any, ...]
    """The mobjects it is part of, outermost first."""

    @property
    def line(self) -> int:
        """The line of the scene file that made it, or 0."""
        return line_of(self.mobject)

    @property
    def backdrop(self) -> bool:
        """It is a number of a NumberPlane, which fills the frame and may well run out of it."""
        return any(isinstance(ancestor, NumberPlane) for ancestor in self.chain)

    @property
    def formula(self) -> bool:
        """It is a formula, whose glyphs may be tall and hollow, as roots and brackets are."""
        return isinstance(self.mobject, SingleStringMathTex)

    @property
    def tick_label(self) -> bool:
        """It belongs to an axis; graphs and areas run over such labels."""
        return any(isinstance(ancestor, NumberLine | CoordinateSystem) for ancestor in self.chain)

    @property
    def halo(self) -> bool:
        """It has an outline behind its letters, and is meant to stand on top of something."""
        return any(glyph.background_stroke_width >= _HALO for glyph in self.glyphs)

    @property
    def opacity(self) -> float:
        """Opacity of its most opaque glyph."""
        return max(_opacity(glyph) for glyph in self.glyphs)

    @property
    def bounds(self) -> Box:
        """The box around all glyphs: left, bottom, right, top."""
        return np.concatenate([self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)])

    @property
    def words(self) -> str:
        """What it says."""
        if isinstance(self.mobject, DecimalNumber):
            return f"{self.mobject.get_value():g}"
        if isinstance(self.mobject, SingleStringMathTex):
            return str(self.mobject.tex_string)
        if isinstance(self.mobject, Text | MarkupText):
            return str(self.mobject.original_text)
        return words_of(self.mobject)

    @property
    def name(self) -> str:
        """What it is, shortened, in words for a finding: `text 'Hello'` or `formula 'x^2'`."""
        words = " ".join(self.words.split())
        if isinstance(self.mobject, DecimalNumber):
            return f"number {words}"
        if len(words) > _NAME_CHARACTERS:
            words = words[: _NAME_CHARACTERS - 1] + "…"
        kind = "formula" if self.formula else "text"
        return f"{kind} '{words}'"

    @property
    def letter_height(self) -> float:
        """Height of its capital letters in pixels at 1080p, in a frame 8 units high; inf where it has no letters."""
        if isinstance(self.mobject, SingleStringMathTex):
            return float(self.mobject.font_size) * _CAPITAL
        words = [char for char in self.words if char.isalnum()]
        if not words:
            return np.inf
        height = float((self.boxes[:, 3] - self.boxes[:, 1]).max()) * 135
        if set(words) <= _LOW:
            return height * _SMALL_LETTER
        return height * _ASCENDER if set(words) & _HIGH else height


def is_text(mobject: Any) -> bool:
    """Whether a mobject is a text or a formula, and not one that holds some."""
    return isinstance(mobject, _KINDS)


def shown_texts(mobjects: list[Any]) -> list[ShownText]:
    """Every text below these mobjects that has visible ink, each once, outermost text only."""
    found: dict[int, ShownText] = {}
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(mobject, ()) for mobject in reversed(mobjects)]
    while waiting:
        mobject, chain = waiting.pop()
        if not isinstance(mobject, _KINDS):
            below = (*chain, mobject)
            waiting += [(inner, below) for inner in reversed(mobject.submobjects)]
        elif id(mobject) not in found:
            glyphs = tuple(leaf for leaf in mobject.get_family() if _is_ink(leaf))
            if glyphs:
                boxes = np.array([_box_of(glyph) for glyph in glyphs])
                found[id(mobject)] = ShownText(mobject, glyphs, boxes, chain)
    return list(found.values())


def _opacity(glyph: Any) -> float:
    stroke = glyph.get_stroke_opacity() if glyph.get_stroke_width() > 0 else 0.0
    return float(max(glyph.get_fill_opacity(), stroke))


def _box_of(mobject: Any) -> Box:
    points = mobject.points[:, :2]
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _is_ink(leaf: Any) -> bool:
    # Frames, backgrounds, rules and dots belong to a text without being letters.
    if not isinstance(leaf, VMobject) or len(leaf.points) == 0 or isinstance(leaf, Polygram | Line | Arc):
        return False
    drawn = leaf.get_stroke_width() > 0 and leaf.get_stroke_opacity() > _FAINTEST
    return bool(leaf.get_fill_opacity() > _FAINTEST or drawn)
