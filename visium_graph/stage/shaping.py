"""Words to glyph outlines with Pango: shaping, kerning, ligatures and font fallback, without Manim's `Text`.

Manim's `Text` writes an SVG file of one string, reads it back through a general SVG parser and forgets where the
baseline was. Here all words of a slide go through Pango in one call, one word a line, each followed by a mark in a
colour of its own: the file then tells each glyph's origin on the baseline and each word's advance.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import manimpango
import numpy as np

from visium_graph.stage.outlines import Points, outline, rectangle_outline
from visium_graph.stage.theme import CODE_FONT, FONT

__all__ = ["Face", "Word", "shape_words", "words"]

_UNIT = 128
"""Pango font size at which words are shaped: large, so that rounding in the file does not show."""
_POINT = 4 / 3
"""Pango sizes are in points, the file's lengths in pixels of 96 to the inch."""
_OVERHANG = 0.2
"""How far the ink of an honest glyph may reach beyond its advance (a slanted f does), in em."""
_PAGE = 2_000_000
_MARK_COLOR = "#010203"
_MARK_STYLE = "rgb(0.392157%,0.784314%,1.176471%)"
_LRM, _ZWNJ, _TEXT_STYLE, _EMOJI_STYLE = "\u200e", "\u200c", "\ufe0e", "\ufe0f"
_ISOLATE, _POP = "\u2068", "\u2069"
_FEATURES = {CODE_FONT: "calt=0,liga=0"}
"""Features of a font that are switched off or on: code shows the characters that are there, not `!=` as one sign."""
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


class Face(NamedTuple):
    """A font face by name, as Pango knows it."""

    family: str = FONT
    weight: str = "NORMAL"
    slant: str = "NORMAL"


@dataclass(frozen=True)
class Word:
    """A shaped word, lengths in em, y up, the pen at (0, 0) on the baseline."""

    text: str
    glyphs: tuple[Points, ...]
    """Outlines with ink, in visual order."""
    advance: float
    """Distance from this word's origin to the next pen position."""


def _register_fonts() -> None:
    """Make the packaged fonts known to Pango; where their packages are absent Pango's own choice stands in."""
    try:
        import fontpkg  # noqa: PLC0415  # an optional look: without it the slides still come out
    except ImportError:
        return
    for family in (FONT, CODE_FONT):
        try:
            files = fontpkg.family(family).files
        except fontpkg.FamilyNotInstalled:
            continue
        for file in files:
            manimpango.register_font(str(file.path))


# At once: Pango keeps the choices it made before a font was known to it.
_register_fonts()

words: dict[tuple[Face, str], Word] = {}
"""Every word that this process has shaped."""


def shape_words(texts: Sequence[str], face: Face) -> list[Word]:
    """Shape words (strings without line breaks) in one Pango call; shaped words are remembered."""
    missing = [text for text in dict.fromkeys(texts) if (face, text) not in words]
    if missing:
        for text, shaped in zip(missing, _shape(missing, face), strict=True):
            words[face, text] = shaped
    return [words[face, text] for text in texts]


def _shape(texts: list[str], face: Face) -> list[Word]:
    features = _FEATURES.get(face.family, "")
    lines = [
        f"{_LRM}{_ISOLATE}<span font_features='{features}'>{escape(_plain(text))}</span>{_POP}{_ZWNJ}"
        f"<span foreground='{_MARK_COLOR}'>|</span>"
        for text in texts
    ]
    with tempfile.TemporaryDirectory(prefix="visium-text-") as folder:
        file = Path(folder) / "words.svg"
        # The page is larger than any text: what lies outside it would be left out of the file.
        manimpango.MarkupUtils.text2svg(
            "\n".join(lines), face.family, face.slant, face.weight, _UNIT, 0, False, str(file), 0, 0, _PAGE, _PAGE,
            pango_width=_PAGE,
        )  # fmt: skip
        root = ET.parse(file).getroot()  # noqa: S314  # written by cairo a moment ago
    shaped = list(_lines(root))
    return [
        Word(text, tuple(glyphs), _room(glyphs, advance)) for text, (glyphs, advance) in zip(texts, shaped, strict=True)
    ]


def _room(glyphs: list[Points], advance: float) -> float:
    """The advance; more where ink reaches far beyond it, as the frames of unknown combining marks do."""
    right = max((float(glyph[:, 0].max()) for glyph in glyphs), default=0.0)
    return max(advance, right - _OVERHANG)


def _plain(word: str) -> str:
    """The word with control characters dropped and emoji asked for as outlines: a picture of one has none."""
    kept = "".join(char for char in word if char.isprintable() or char in "\u00a0\u200c\u200d").replace(
        _EMOJI_STYLE, ""
    )
    return _EMOJI.sub(lambda match: match.group() + _TEXT_STYLE, kept)


def _lines(root: ET.Element) -> Iterator[tuple[list[Points], float]]:
    """Glyph outlines and advance of each line: what is drawn before its mark, and where the mark is."""
    symbols = {symbol.get("id"): symbol.find(f"{_SVG}path") for symbol in root.iter(f"{_SVG}symbol")}
    scale = 1 / (_UNIT * _POINT)
    drawn: list[tuple[Points, float, float]] = []
    for element, is_mark in _drawing(root):
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        if is_mark:
            # A mark's own y is the line's baseline.
            yield [(points + np.array([dx, dy - y])) * (scale, -scale) for points, dx, dy in drawn], x * scale
            drawn = []
        elif element.tag == f"{_SVG}use":
            path = symbols.get(element.get(_HREF, "").removeprefix("#"))
            if path is not None and path.get("d"):
                drawn.append((outline(path.get("d", "")), x, y))
        elif "stroke:none" not in element.get("style", ""):
            # The frame that Pango draws around the code of a character which no font has.
            corners = outline(element.get("d", ""))
            drawn.extend((edge, 0.0, 0.0) for edge in _frame(corners))


def _drawing(root: ET.Element) -> Iterator[tuple[ET.Element, bool]]:
    """The file's drawing operations in order, each with whether it is the mark at a line's end."""
    for top in root.findall(f"{_SVG}g"):
        for element in top:
            if element.tag == f"{_SVG}g":
                is_mark = _MARK_STYLE in element.get("style", "")
                yield from ((use, is_mark) for use in element.iter(f"{_SVG}use"))
            elif element.tag == f"{_SVG}path":
                yield element, False


def _frame(corners: Points) -> Iterator[Points]:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    line = _UNIT * 0.04
    yield rectangle_outline(left, top, right - left, line)
    yield rectangle_outline(left, bottom - line, right - left, line)
    yield rectangle_outline(left, top, line, bottom - top)
    yield rectangle_outline(right - line, top, line, bottom - top)
