"""LaTeX to outlines with MathJax, in process (quickjax), for machines without LaTeX.

MathJax's SVG is flattened here: references, nested transforms, stroked lines and frames, and text in other fonts all
become filled outlines in em, with the baseline at y = 0. From these come both the SVG files that Manim's `MathTex`
reads and the formulas within a line of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import quickjax
from svgelements import Color, Matrix  # type: ignore[import-untyped]  # it has no annotations

from visium_graph.stage.outlines import Points, outline, rectangle_outline
from visium_graph.stage.shaping import Face, shape_words

__all__ = ["FormulaError", "MathShape", "Typeset", "formulas", "typeset"]

_UNITS = 1000
"""MathJax's units in an em."""
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DASH = 0.1 * _UNITS
_K = 0.5522847498
_CIRCLE = f"M1 0C1 {_K} {_K} 1 0 1C{-_K} 1 -1 {_K} -1 0C-1 {-_K} {-_K} -1 0 -1C{_K} -1 1 {-_K} 1 0Z"
_LINE = 0.06 * _UNITS
"""Width of rules that MathJax leaves to a style sheet."""


class FormulaError(ValueError):
    """A formula that cannot be typeset.

    Attributes:
        latex: the formula's source.
        reason: what is wrong with it.
    """

    def __init__(self, latex: str, reason: str) -> None:
        super().__init__(f"formula {latex}: {reason}")
        self.latex = latex
        self.reason = reason


@dataclass(frozen=True)
class MathShape:
    """One filled outline of a formula."""

    points: Points
    """Control points in em, y up, baseline at 0; see `outlines.Points`."""
    ids: tuple[str, ...]
    """The `\\\\cssId` groups around it, outermost first."""
    color: str | None
    """A colour that the formula itself asks for."""


@dataclass(frozen=True)
class Typeset:
    """A formula as outlines. `advance`, `height` and `depth` in em are the box that TeX would give it."""

    shapes: tuple[MathShape, ...]
    groups: tuple[str, ...]
    """Every `\\\\cssId` in the formula, also those that draw nothing."""
    advance: float
    height: float
    depth: float


formulas: dict[tuple[str, bool, str], Typeset] = {}
"""What this process has typeset, by its source, whether it is displayed, and macros."""


def typeset(latex: str, *, display: bool = True, macros: str = "") -> Typeset:
    r"""Typeset a formula (without dollar signs).

    Args:
        latex: the formula; what it defines (`\newcommand`) holds within it only.
        display: displayed, or as in a line of text.
        macros: definitions that it may use.

    Raises:
        FormulaError: it is no valid LaTeX math, or uses a command that MathJax does not know.
    """
    asked = (latex, display, macros)
    if asked not in formulas:
        formulas[asked] = _drawn(latex, display, macros)
    return formulas[asked]


def _drawn(latex: str, display: bool, macros: str) -> Typeset:
    # A tag would put the formula into a page-wide table; it stands beside the formula instead. Labels name nothing here.
    source = _LABEL.sub("", _TAG.sub(r"\\qquad\\text{(\1)}", _CONTROL.sub(" ", latex)))
    try:
        svg = _engine(macros).render(source, display=display)
    except quickjax.MathJaxRenderError as error:
        raise FormulaError(latex, str(error.__cause__ or error)) from error
    finally:
        if _DEFINITION.search(source):
            _engine.cache_clear()  # MathJax would remember it for all formulas to come
    try:
        root = ET.fromstring(_DATA.sub(_keep_known, _TITLE.sub("", svg)))  # noqa: S314  # made in this process
    except ET.ParseError as error:
        raise FormulaError(latex, f"its drawing cannot be read ({error})") from error
    _refuse_errors(root, latex)
    reader = _Reader(root)
    shapes = tuple(reader.shapes())
    left, top, width, height = (float(number) / _UNITS for number in root.get("viewBox", "0 0 0 0").split())
    return Typeset(shapes, tuple(reader.groups), left + width, -top, top + height)


@lru_cache(maxsize=4)
def _engine(macros: str) -> Any:
    renderer = quickjax.MathJaxRenderer()
    if macros:
        renderer.render(macros)
    return renderer


_TAG = re.compile(r"\\tag\*?\s*\{([^{}]*)\}")
_DEFINITION = re.compile(r"\\(?:(?:re|provide)?newcommand|(?:re)?newenvironment|def|let|Declare\w+)(?![A-Za-z])")
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML may hold."""
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
"""The words of an error once more, unescaped."""
_DATA = re.compile(r"""\s(data-[a-z-]+)=("[^"]*"|'[^']*')""")
_KNOWN = {"data-mml-node", "data-mjx-error", "data-frame", "data-line", "data-latex"}


def _keep_known(match: re.Match[str]) -> str:
    """Attributes that carry LaTeX may hold anything: only those that are read stay, with markup escaped."""
    name, value = match.group(1), match.group(2)
    if name not in _KNOWN:
        return ""
    text = re.sub(r"&(?!(amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)", "&amp;", value[1:-1]).replace("<", "&lt;")
    return f" {name}={value[0]}{text}{value[0]}"


def _refuse_errors(root: ET.Element, latex: str) -> None:
    for node in root.iter():
        if node.get("data-mml-node") == "merror":
            raise FormulaError(latex, node.get("data-mjx-error") or "not valid LaTeX")
        command = node.get("data-latex", "")
        # MathJax draws an unknown command's name in red and goes on.
        if (
            node.get("data-mml-node") == "mtext"
            and node.get("fill") == "red"
            and re.fullmatch(r"\\([A-Za-z]+|.)", command)
        ):
            raise FormulaError(latex, f"unknown command {command}")


Piece = tuple[Points, tuple[str, ...], str | None]
"""An outline in MathJax's units, the groups around it, its colour."""


class _Reader:
    """Walks MathJax's SVG tree; lengths stay in MathJax's units until the end."""

    def __init__(self, root: ET.Element) -> None:
        self._root = root
        self._paths = {path.get("id"): path.get("d", "") for path in root.iter(f"{_SVG}path") if path.get("id")}
        self.groups: list[str] = []

    def shapes(self) -> Iterator[MathShape]:
        for points, ids, color in self._walk(self._root, (), None):
            if len(points):
                yield MathShape(points * (1 / _UNITS, -1 / _UNITS), ids, color)

    def _walk(self, node: ET.Element, ids: tuple[str, ...], color: str | None) -> Iterator[Piece]:
        """Outlines of a node in its parent's coordinates."""
        kind = node.tag.removeprefix(_SVG)
        if kind in {"defs", "title"}:
            return
        if kind == "g" and node.get("id"):
            ids = (*ids, node.get("id", ""))
            self.groups.append(ids[-1])
        color = _paint(node) or color
        pieces = ((points, ids, color) for points in self._outlines(kind, node))
        children: Iterator[Piece] = (piece for child in node for piece in self._walk(child, ids, color))
        if kind == "svg" and node is not self._root:
            children = _cropped(children, node)
        matrix = Matrix(node.get("transform")) if node.get("transform") else None
        for points, groups, paint in chain(pieces, children):
            yield (points if matrix is None else _placed(points, matrix)), groups, paint

    def _outlines(self, kind: str, node: ET.Element) -> Iterator[Points]:
        if kind == "use":
            yield outline(self._paths[node.get(_HREF, "").removeprefix("#")])
        elif kind == "path":
            yield outline(node.get("d", ""))
        elif kind == "polygon":
            yield outline("M" + node.get("points", "") + "Z")
        elif kind == "rect":
            yield from _rectangle(node)
        elif kind == "line":
            yield from _dashes(_ends(node), node)
        elif kind == "ellipse":
            yield _ring(node)
        elif kind == "text":
            yield from _foreign_text(node)


def _paint(node: ET.Element) -> str | None:
    """The colour that a node asks for as `#rrggbb`, or None where it inherits."""
    asked = node.get("fill")
    if asked in {None, "", "none", "currentColor"}:
        asked = node.get("stroke")
    if asked in {None, "", "none", "currentColor"}:
        return None
    color = Color(asked)
    return None if color.value is None else str(color.hexrgb)


def _placed(points: Points, matrix: Matrix) -> Points:
    linear = np.array([[matrix.a, matrix.b], [matrix.c, matrix.d]])
    placed: Points = points @ linear + (matrix.e, matrix.f)
    return placed


def _number(node: ET.Element, name: str, default: float = 0.0) -> float:
    return float((node.get(name) or str(default)).removesuffix("px"))


def _cropped(pieces: Iterator[Piece], viewport: ET.Element) -> Iterator[Piece]:
    """The bars of stretched brackets and braces are longer than needed; a viewport crops them to length."""
    left, top, width, height = (float(number) for number in viewport.get("viewBox", "").split())
    shift = (_number(viewport, "x") - left, _number(viewport, "y") - top)
    for points, ids, color in pieces:
        yield np.clip(points, (left, top), (left + width, top + height)) + shift, ids, color


def _rectangle(node: ET.Element) -> Iterator[Points]:
    x, y = _number(node, "x"), _number(node, "y")
    width, height = _number(node, "width"), _number(node, "height")
    if node.get("fill") == "none" and node.get("stroke") == "none":
        return  # only where a click would land
    if node.get("fill") != "none" and not node.get("data-frame"):
        yield rectangle_outline(x, y, width, height)
        return
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    for index, corner in enumerate(corners):
        yield from _dashes(np.array([corner, corners[(index + 1) % 4]]), node)


def _ends(node: ET.Element) -> Points:
    return np.array([[_number(node, "x1"), _number(node, "y1")], [_number(node, "x2"), _number(node, "y2")]])


def _dashes(ends: Points, node: ET.Element) -> Iterator[Points]:
    """A stroked line as filled bars: one, or many where it is dashed. Square caps close the corners of frames."""
    width = _number(node, "stroke-width", _LINE)
    length = float(np.linalg.norm(ends[1] - ends[0]))
    if length == 0:
        return
    along = (ends[1] - ends[0]) / length
    across = np.array([-along[1], along[0]])
    dashed = "mjx-dashed" in node.get("class", "") or node.get("stroke-dasharray")
    count = max(1, round(length / (_DASH * 2))) if dashed else 1
    for index in range(count):
        start, end = (index / count, (index + 0.5) / count) if dashed else (0.0, 1.0)
        cap = 0.0 if dashed else width / 2
        bar = rectangle_outline(start * length - cap, -width / 2, (end - start) * length + 2 * cap, width)
        yield bar @ np.array([along, across]) + ends[0]


def _ring(node: ET.Element) -> Points:
    """A stroked ellipse as the area between two, the inner one drawn the other way round."""
    centre = np.array([_number(node, "cx"), _number(node, "cy")])
    radii = np.array([_number(node, "rx"), _number(node, "ry")])
    half = _number(node, "stroke-width", _LINE) / 2
    circle = outline(_CIRCLE)
    ring: Points = circle * radii
    if node.get("fill") == "none":
        ring = np.concatenate([circle * (radii + half), circle[::-1] * (radii - half)])
    return np.asarray(ring + centre)


def _foreign_text(node: ET.Element) -> Iterator[Points]:
    """Characters that MathJax's font lacks, in the text font (or whatever font has them)."""
    (word,) = shape_words([node.text or ""], Face())
    for glyph in word.glyphs:
        yield glyph * (1, -1) * _number(node, "font-size", _UNITS)
