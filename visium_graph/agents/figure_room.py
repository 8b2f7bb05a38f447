r"""Whether the texts of a planned figure have room, estimated without drawing it.

The stage keeps the labels of a figure at a readable size whatever the scale of its geometry, so coordinates alone do not
say what collides. Sizes here are rough, and a little too small: what is found is plain to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from visium_graph.agents.sentences import MATH
from visium_graph.layouts import FigureBox, FigureEmphasis, FigureLayout, FigureMove, FigurePoint, FigureText

__all__ = ["crowded_texts"]

Vector = npt.NDArray[np.float64]

_ROOM = np.array([12.6, 5.6])
"""The part of the frame that a figure may fill, in units of the frame."""
_EM = {"label": 0.33, "body": 0.41, "large": 0.65}
_LETTER, _SYMBOL = 0.44, 0.55
"""Mean widths in em, of text and of formulas."""
_LINE, _FRACTION = 0.75, 2.0
"""Heights in em."""
_SURE = 0.3
"""Share of the smaller text that must be covered before anything is said."""
_DIRECTIONS = {
    "up": (0, 1),
    "down": (0, -1),
    "left": (-1, 0),
    "right": (1, 0),
    "ul": (-1, 1),
    "ur": (1, 1),
    "dl": (-1, -1),
    "dr": (1, -1),
}
_GAP = 0.15


@dataclass(frozen=True)
class _Text:
    """A text that stands at a place of the figure for good."""

    part: str
    at: Vector
    """In the figure's coordinates."""
    size: Vector
    """In units of the frame, as the next."""
    offset: Vector
    """From the place to the text's middle."""


def crowded_texts(figure: FigureLayout) -> Iterator[str]:
    """Pairs of texts that stand on each other, each pair as a sentence."""
    texts = list(_texts(figure))
    scale = _scale(figure, texts)
    for one, other in combinations(texts, 2):
        middles = [text.at * scale + text.offset for text in (one, other)]
        common = (one.size + other.size) / 2 - np.abs(middles[0] - middles[1])
        shared = np.prod(np.minimum(np.clip(common, 0, None), np.minimum(one.size, other.size)))
        if shared > _SURE * min(np.prod(one.size), np.prod(other.size)):
            yield f"the texts of parts {one.part!r} and {other.part!r} stand on each other: move them apart"


def _texts(figure: FigureLayout) -> Iterator[_Text]:
    """What can be read in the figure and neither moves nor goes."""
    points = {part.id: np.array(part.at) for part in figure.parts if isinstance(part, FigurePoint)}
    leaving = {
        name
        for part in figure.parts
        if isinstance(part, FigureMove) or (isinstance(part, FigureEmphasis) and part.kind == "hide")
        for name in part.targets
    }
    for part in figure.parts:
        if part.id in leaving:
            continue
        if isinstance(part, FigureText):
            size = _size(part.text, _EM[part.size])
            shift = {"left": 0.5, "center": 0.0, "right": -0.5}[part.align] * size[0]
            yield _Text(part.id, _place(part.at, points), size, np.array([shift, 0.0]))
        elif isinstance(part, FigureBox) and part.text:
            yield _Text(part.id, _place(part.at, points), _size(part.text, _EM["body"]), np.zeros(2))
        elif isinstance(part, FigurePoint) and part.label:
            size = _size(part.label, _EM["label"])
            offset = np.array(_DIRECTIONS[part.direction]) * (size / 2 + _GAP)
            yield _Text(part.id, np.array(part.at), size, offset)


def _place(place: tuple[float, float] | str, points: Mapping[str, Vector]) -> Vector:
    return points[place] if isinstance(place, str) else np.array(place)


def _size(text: str, em: float) -> Vector:
    """Width and height of a line of rich text."""
    formulas = [match[1] for match in MATH.finditer(text)]
    letters = len(MATH.sub("", text))
    width = _LETTER * letters + _SYMBOL * sum(map(_symbols, formulas))
    tall = any(r"\frac" in formula for formula in formulas)
    return np.array([width, _FRACTION if tall else _LINE]) * em


def _symbols(latex: str) -> int:
    """Symbols beside one another: a fraction is as wide as the wider of its two parts."""
    plain = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", lambda match: max(match[1], match[2], key=_symbols), latex)
    plain = re.sub(r"\\(?:left|right|text|mathrm|,|;|quad|!)", "", plain)
    return len(re.findall(r"\\[A-Za-z]+|[^\s{}\\^_&]", plain))


def _scale(figure: FigureLayout, texts: list[_Text]) -> float:
    """Units of the frame to one of the figure, such that all of it is in view."""
    points = np.array([*_corners(figure), *(text.at for text in texts)])
    if not len(points):
        return 1.0
    span = np.maximum(np.ptp(points, axis=0), 1e-9)
    low, high = 0.0, float((_ROOM / span).min())
    for _ in range(30):
        middle = (low + high) / 2
        sides = [
            (text.at * middle + text.offset - text.size / 2, text.at * middle + text.offset + text.size / 2)
            for text in texts
        ]
        ends = np.array([*(points * middle), *(end for side in sides for end in side)])
        low, high = (middle, high) if (np.ptp(ends, axis=0) <= _ROOM).all() else (low, middle)
    return low or 1e-6


def _corners(figure: FigureLayout) -> Iterator[Vector]:
    """Coordinates that the parts name, and the corners of boxes."""
    for part in figure.parts:
        for name in ("at", "start", "end", "center", "vertex"):
            place = getattr(part, name, None)
            if isinstance(place, tuple):
                reach = np.array([getattr(part, "width", 0.0), getattr(part, "height", 0.0)]) / 2
                reach = np.maximum(reach, getattr(part, "radius", 0.0))
                yield from (np.array(place) - reach, np.array(place) + reach)
        yield from (np.array(place) for place in getattr(part, "vertices", []) if isinstance(place, tuple))
