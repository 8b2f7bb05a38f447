"""The texts of a scene as the viewer sees them: which there are, what they say, where their ink is. Imports Manim."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from manim import DecimalNumber, Line, MarkupText, Mobject, NumberPlane, Paragraph, Rectangle, Text, VMobject
from manim.mobject.svg.svg_mobject import SVGMobject
from manim.mobject.text.tex_mobject import SingleStringMathTex
from numpy.typing import NDArray

from visium_graph.stage import RichText

__all__ = ["Boxes", "ShownText", "noting_origins", "shown_texts"]

Boxes = NDArray[np.float64]
"""Shape (n, 4): left, bottom, right, top in Manim units."""

_KINDS = (Text, MarkupText, Paragraph, SingleStringMathTex, DecimalNumber, RichText)
_FORMULAS = (SingleStringMathTex,)
_FAINTEST = 0.1
_NAME_CHARACTERS = 40
_ORIGIN = "_visium_origin"


@dataclass(frozen=True)
class ShownText:
    """One text or formula that stands on screen, its glyphs measured."""

    mobject: Any
    name: str
    """What it says, shortened, in words for a finding: `text 'Hello'` or `formula 'x^2'`."""
    line: int
    """The line of the scene file that made it, or 0."""
    glyphs: tuple[Any, ...]
    boxes: Boxes
    backdrop: bool = False
    """It is a number of a NumberPlane, which fills the frame and may well run out of it."""

    @property
    def bounds(self) -> NDArray[np.float64]:
        """The box around all glyphs: left, bottom, right, top."""
        return np.concatenate([self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)])


def shown_texts(mobjects: list[Any]) -> list[ShownText]:
    """Every text below these mobjects that has visible ink, each once, outermost text only."""
    found: dict[int, ShownText] = {}
    waiting = [(mobject, False) for mobject in reversed(mobjects)]
    while waiting:
        mobject, backdrop = waiting.pop()
        if not isinstance(mobject, _KINDS):
            backdrop = backdrop or isinstance(mobject, NumberPlane)
            waiting += [(inner, backdrop) for inner in reversed(mobject.submobjects)]
        elif id(mobject) not in found:
            shown = _measured(mobject, backdrop=backdrop)
            if shown is not None:
                found[id(mobject)] = shown
    return list(found.values())


def box_of(mobject: Any) -> NDArray[np.float64]:
    """Left, bottom, right, top of one mobject's own points."""
    points = mobject.points[:, :2]
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _measured(mobject: Any, *, backdrop: bool) -> ShownText | None:
    glyphs = tuple(leaf for leaf in mobject.get_family() if _is_ink(leaf))
    if not glyphs:
        return None
    line, words = _origin(mobject)
    boxes = np.array([box_of(glyph) for glyph in glyphs])
    return ShownText(mobject, _name(mobject, words), line, glyphs, boxes, backdrop)


def _is_ink(leaf: Any) -> bool:
    # Frames, backgrounds and rules belong to a text without being letters.
    if not isinstance(leaf, VMobject) or len(leaf.points) == 0 or isinstance(leaf, Rectangle | Line):
        return False
    drawn = leaf.get_stroke_width() > 0 and leaf.get_stroke_opacity() > _FAINTEST
    return bool(leaf.get_fill_opacity() > _FAINTEST or drawn)


def _name(mobject: Any, words: str) -> str:
    if isinstance(mobject, DecimalNumber):
        return f"number {mobject.get_value():g}"
    kind = "formula" if isinstance(mobject, _FORMULAS) else "text"
    if isinstance(mobject, SingleStringMathTex):
        words = mobject.tex_string
    elif isinstance(mobject, Text | MarkupText):
        words = mobject.original_text
    words = " ".join(words.split())
    if len(words) > _NAME_CHARACTERS:
        words = words[: _NAME_CHARACTERS - 1] + "…"
    return f"{kind} '{words}'"


def _origin(mobject: Mobject) -> tuple[int, str]:
    for member in mobject.get_family():
        origin: tuple[int, str] | None = getattr(member, _ORIGIN, None)
        if origin is not None:
            return origin
    return 0, ""


@contextmanager
def noting_origins(scene_file: Path) -> Iterator[None]:
    """While the block runs, texts note the line of the scene file that made them, and the words they were made of."""
    usual = {kind: kind.__init__ for kind in (SVGMobject, RichText, Paragraph)}
    for kind, make in usual.items():
        kind.__init__ = _noting(make, str(scene_file))  # type: ignore[method-assign]
    try:
        yield
    finally:
        for kind, make in usual.items():
            kind.__init__ = make  # type: ignore[method-assign]


def _noting(make: Any, scene_file: str) -> Any:
    @functools.wraps(make)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        words = " ".join(arg for arg in args if isinstance(arg, str))
        setattr(self, _ORIGIN, (_calling_line(scene_file), words))

    return wrapped


def _calling_line(scene_file: str) -> int:
    frame = sys._getframe(1)  # noqa: SLF001  # the documented way to walk the stack cheaply
    while frame is not None and frame.f_code.co_filename != scene_file:
        frame = frame.f_back  # type: ignore[assignment]
    return frame.f_lineno if frame is not None else 0
