"""Rich text: plain text with inline `$LaTeX$`, set in lines on common baselines and wrapped to a width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from manim import ORIGIN, ManimColor, Mobject, VGroup, VMobject

from visium_graph.stage.math import inline_math

from visium_graph.stage.outlines import Points
from visium_graph.stage.shaping import Face, shape_words
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, LEADING, MATH_SCALE

__all__ = ["RichText", "TextLine", "rich_runs"]

Align = Literal["left", "center", "right"]

_MATH = re.compile(r"(?<!\\)\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)(?<!\\)\$(?!\d)", re.DOTALL)


def rich_runs(text: str) -> Iterator[tuple[Literal["text", "math"], str]]:
    r"""Split rich text at its inline formulas. A dollar sign without a partner is a dollar sign, as is `\$`."""
    position = 0
    for match in _MATH.finditer(text):
        if match.start() > position:
            yield "text", text[position : match.start()].replace(r"\$", "$")
        yield "math", match.group(1)
        position = match.end()
    if position < len(text):
        yield "text", text[position:].replace(r"\$", "$")


@dataclass
class _Box:
    """A word or a formula on its way to a line; lengths in em of the text."""

    glyphs: tuple[Points, ...]
    colors: tuple[str | None, ...]
    advance: float
    text: str
    space_before: bool
    height: float = CAP_HEIGHT
    depth: float = 0.22


class TextLine(VGroup):
    """The words of one line, each a VMobject. The first submobject is a point on the baseline, without ink."""

    @property
    def baseline(self) -> float:
        """Height of the baseline in the frame."""
        return float(self.submobjects[0].get_y())


class RichText(VGroup):
    """Lines of rich text.

    Submobjects are `TextLine`s. The text's origin (left end of the first baseline) is where it is made at ORIGIN; move
    it with `place` to set it by its baseline, or as any mobject.

    Attributes:
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
        by_letter: bool = False,
    ) -> None:
        """Typeset text.

        Args:
            text: rich text; a line break starts a new line.
            em: font size, in Manim units.
            color: colour as `#RRGGBB`.
            width: widest line, in Manim units; None sets no limit.
            weight: `NORMAL`, `MEDIUM`, `SEMIBOLD`, `BOLD`.
            slant: `NORMAL` or `ITALIC`.
            family: font family; the theme's by default.
            align: how lines of different widths are set.
            leading: distance of baselines, in em.
            by_letter: every glyph a mobject of its own (for `Write`), instead of every word: slower.

        Raises:
            FormulaError: an inline formula is not valid LaTeX.
        """
        super().__init__()
        self.em = em
        face = Face(weight=weight, slant=slant) if family is None else Face(family, weight, slant)
        limit = None if width is None else width / em
        lines = [line for paragraph in text.split("\n") for line in _wrap(_boxes(paragraph, face), limit, face)]
        widest = max((_width(line, face) for line in lines), default=0.0)
        drop = 0.0
        for index, line in enumerate(lines):
            if index:
                # Tall formulas push lines apart just as far as they need.
                reach = max((box.depth for box in lines[index - 1]), default=0.0) + max((box.height for box in line), default=0.0)
                drop += max(leading, reach + 0.12)
            slack = widest - _width(line, face)
            indent = {"left": 0.0, "center": slack / 2, "right": slack}[align]
            self.add(_draw(line, face, (indent, -drop), em, color, by_letter=by_letter))

    @property
    def first_baseline(self) -> float:
        """Height of the first line's baseline."""
        return self.submobjects[0].baseline if self.submobjects else float(self.get_y())

    @property
    def last_baseline(self) -> float:
        """Height of the last line's baseline."""
        return self.submobjects[-1].baseline if self.submobjects else float(self.get_y())

    def place(self, x: float, baseline: float) -> RichText:
        """Move so that the ink's left edge is at x and the first baseline at the given height."""
        return self.shift(np.array([x - self.get_left()[0], baseline - self.first_baseline, 0.0]))


def _boxes(paragraph: str, face: Face) -> list[_Box]:
    pieces: list[tuple[str, str, bool]] = []
    space = False
    for kind, content in rich_runs(paragraph):
        if kind == "math":
            pieces.append(("math", content, space))
            space = False
            continue
        for token in re.findall(r"\s+|\S+", content):
            if token.isspace():
                space = True
                continue
            for part in _breakable(token):
                pieces.append(("text", part, space))
                space = False
    shaped = iter(shape_words([content for kind, content, _ in pieces if kind == "text"], face))
    boxes = []
    for kind, content, before in pieces:
        if kind == "text":
            word = next(shaped)
            boxes.append(_Box(word.glyphs, (None,) * len(word.glyphs), word.advance, content, before))
        else:
            boxes.append(_formula(content, before))
    return boxes


def _formula(latex: str, space_before: bool) -> _Box:
    shapes, advance, height, depth = inline_math(latex)
    return _Box(
        tuple(points * MATH_SCALE for points, _ in shapes),
        tuple(color for _, color in shapes),
        advance * MATH_SCALE,
        f"${latex}$",
        space_before,
        height * MATH_SCALE,
        depth * MATH_SCALE,
    )


def _breakable(token: str) -> Iterator[str]:
    """Pieces of a word between which a line may break: East Asian characters stand alone."""
    start = 0
    for index, char in enumerate(token):
        if unicodedata.east_asian_width(char) in "WF" and index > start:
            closing = unicodedata.category(char) in {"Pe", "Pf", "Po"}
            if not closing:
                yield token[start:index]
                start = index
    yield token[start:]


def _space(face: Face) -> float:
    """Width of a word space, in em."""
    pair, single = shape_words(["n\u00a0n", "n"], face)
    return pair.advance - 2 * single.advance


def _width(line: Sequence[_Box], face: Face) -> float:
    return sum(box.advance + (_space(face) if box.space_before and index else 0.0) for index, box in enumerate(line))


def _wrap(boxes: list[_Box], limit: float | None, face: Face) -> list[list[_Box]]:
    """Fill lines greedily; a word longer than a line is cut."""
    lines: list[list[_Box]] = [[]]
    pen = 0.0
    queue = list(boxes)
    while queue:
        box = queue.pop(0)
        gap = _space(face) if box.space_before and lines[-1] else 0.0
        glued = lines[-1] and not box.space_before
        if limit is None or pen + gap + box.advance <= limit:
            lines[-1].append(box)
            pen += gap + box.advance
        elif lines[-1] and box.advance <= limit:
            # Punctuation after a formula stays with it.
            carried = [lines[-1].pop()] if glued and len(lines[-1]) > 1 and not _ideographic(box.text) else []
            lines.append([*carried, box])
            pen = _width(lines[-1], face)
        elif box.text.startswith("$") or len(box.text) == 1:
            lines.append([box]) if lines[-1] else lines[-1].append(box)
            pen = box.advance
        else:
            queue[:0] = _cut(box, limit - pen - gap if limit - pen - gap > 3 else limit, face)
            if limit - pen - gap <= 3 and lines[-1]:
                lines.append([])
                pen = 0.0
    return lines


def _ideographic(text: str) -> bool:
    return unicodedata.east_asian_width(text[0]) in "WF"


def _cut(box: _Box, room: float, face: Face) -> list[_Box]:
    """Cut a long word in two so that the first piece fits; after a punctuation mark where there is one."""
    count = max(1, int(len(box.text) * room / box.advance))
    while count > 1 and shape_words([box.text[:count]], face)[0].advance > room:
        count -= 1
    for back in range(count, max(count * 2 // 3, 1), -1):
        if box.text[back - 1] in "/.-_?&=,:;":
            count = back
            break
    count = min(max(count, 1), len(box.text) - 1)
    first, second = shape_words([box.text[:count], box.text[count:]], face)
    return [
        _Box(first.glyphs, (None,) * len(first.glyphs), first.advance, first.text, box.space_before),
        _Box(second.glyphs, (None,) * len(second.glyphs), second.advance, second.text, False),
    ]


def _draw(
    line: list[_Box], face: Face, origin: tuple[float, float], em: float, color: str, *, by_letter: bool
) -> TextLine:
    pen, baseline = origin
    result = TextLine(_anchor(pen * em, baseline * em))
    for index, box in enumerate(line):
        if index and box.space_before:
            pen += _space(face)
        shift = np.array([pen, baseline])
        plain = [glyph for glyph, own in zip(box.glyphs, box.colors, strict=True) if own is None]
        groups = [[glyph] for glyph in plain] if by_letter or box.text.startswith("$") else [plain]
        result.add(*(filled([glyph + shift for glyph in glyphs], em, color) for glyphs in groups if glyphs))
        for glyph, own in zip(box.glyphs, box.colors, strict=True):
            if own is not None:
                result.add(filled([glyph + shift], em, own))
        pen += box.advance
    return result


def filled(outlines: Sequence[Points], scale: float, color: str) -> VMobject:
    """One filled shape made of outlines, scaled."""
    shape = VMobject(fill_color=ManimColor(color), fill_opacity=1.0, stroke_width=0, stroke_color=ManimColor(color))
    flat = np.concatenate(outlines) * scale
    shape.points = np.column_stack([flat, np.zeros(len(flat))])
    return shape


def _anchor(x: float, y: float) -> Mobject:
    point = VMobject(stroke_width=0, fill_opacity=0)
    point.points = np.tile(np.array([x, y, 0.0]), (4, 1)) + ORIGIN
    return point
