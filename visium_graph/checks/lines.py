"""Lines and curves that run through the letters of a text. Imports Manim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from manim import Cross, DashedLine, DashedVMobject, NumberPlane, PolarPlane, SurroundingRectangle, Underline
from manim.utils.bezier import bezier
from numpy.typing import NDArray

from visium_graph.checks.fault import Fault
from visium_graph.checks.picture import Drawn, Picture, grown, meet, related
from visium_graph.checks.raster import Canvas, Mask, contrast
from visium_graph.checks.repair import clear_shift
from visium_graph.checks.texts import Box, ShownText

__all__ = ["line_faults"]

_MEANT = (Cross, Underline, SurroundingRectangle, NumberPlane, PolarPlane)
"""Marks on texts, and grids, which texts stand on."""
_DASHED = (DashedLine, DashedVMobject)
_FAINT = 0.25
"""Opacity up to which a line may run behind a text."""
_UNSEEN = 1.4
"""Contrast with the background up to which it may, too."""
_OWN = 0.3
"""Units around a text: a line that stays within them strikes it out, underlines it or marks it."""
_LENGTH = 0.1
"""Units of a line within the boxes of letters that a viewer notices."""
_INK = 0.001
"""Square units that a line and letters have in common."""
_BETWEEN = 0.4
"""Length of a line across a text, in heights of its letters."""
_STEP = 0.03
"""Distance of the points at which a line is looked at."""
_THINNEST = 0.03
_OPAQUE = 0.7
_HIGHLIGHTER = 0.6
"""A line as wide as this share of the letters' height is a coloured ground for them."""
_CENTERED = 0.12
_PIXELS = 60


def line_faults(picture: Picture) -> list[Fault]:
    """Every line through a text (`line-through-text`), one for each text and thing that has the line."""
    found: dict[tuple[object, ...], Fault] = {}
    for text in picture.texts:
        if text.halo or text.tick_label or text.opacity <= _FAINT or not meet(text.bounds, picture.frame):
            continue
        for path, items in _paths(picture.near(text.bounds)):
            if _crosses(text, path, items, picture):
                fault = _fault(text, path, items, picture)
                found.setdefault(fault.key, fault)
    return list(found.values())


def _paths(items: list[Drawn]) -> Iterable[tuple[Any, list[Drawn]]]:
    """Every line with its pieces: a dash is part of a line, and it is the line that means something."""
    found: dict[int, tuple[Any, list[Drawn]]] = {}
    for item in items:
        if item.stroke > _FAINT:
            path = next((part for part in item.chain if isinstance(part, _DASHED)), item.mobject)
            found.setdefault(id(path), (path, []))[1].append(item)
    return found.values()


def _crosses(text: ShownText, path: Any, items: list[Drawn], picture: Picture) -> bool:
    item = items[0]
    if _is_meant(text, path, item, picture):
        return False
    height = float(np.median(text.boxes[:, 3] - text.boxes[:, 1]))
    below = item.place < picture.span(text)[0]
    if below and item.mobject.get_stroke_width() * 0.01 > _HIGHLIGHTER * height:
        return False
    inside = sum(_within(text, piece.mobject) for piece in items)
    if inside < _LENGTH or _marks_term(text, item.mobject):
        return False
    if not text.formula and inside > _BETWEEN * height and not _covered(text, item, picture):
        return True  # between two letters it touches none and is in the way all the same
    return sum(_common_ink(text, piece, picture) for piece in items) >= _INK


def _is_meant(text: ShownText, path: Any, item: Drawn, picture: Picture) -> bool:
    """Whether a line belongs to a text, marks it, is a grid below it, or is hardly seen."""
    if related(text, item) or any(isinstance(part, _MEANT) for part in item.chain):
        return True
    box, own = _box_of(path), grown(text.bounds, _OWN)
    if not _closed(path) and (box[:2] >= own[:2]).all() and (box[2:] <= own[2:]).all():
        return True
    background = np.zeros(3) if picture.background is None else picture.background
    return float(contrast(item.mobject.get_stroke_rgbas()[0, :3], background)) < _UNSEEN and item.fill <= _FAINT


def _marks_term(text: ShownText, path: Any) -> bool:
    """Whether a closed line, such as a circle, goes around some letters of the text and not around its middle."""
    if not _closed(path):
        return False
    box = _box_of(path)
    encloses = ((text.boxes[:, :2] >= box[:2]).all(axis=1) & (text.boxes[:, 2:] <= box[2:]).all(axis=1)).sum()
    off = np.abs((box[:2] + box[2:] - text.bounds[:2] - text.bounds[2:]) / 2)
    around = box[1] < text.boxes[:, 1].min() + _OWN and box[3] > text.boxes[:, 3].max() - _OWN
    return bool(0 < encloses < len(text.boxes) and around and off[0] > _CENTERED and box[2] - box[0] < _wide(text))


def _closed(path: Any) -> bool:
    return len(path.points) > 0 and bool(np.allclose(path.points[0], path.points[-1], atol=0.01))


def _wide(text: ShownText) -> float:
    return float(text.bounds[2] - text.bounds[0])


def _within(text: ShownText, mobject: Any) -> float:
    """Length of a line within the boxes of the letters, in units."""
    points = _polyline(mobject.points, grown(text.bounds, 0.1))
    if not len(points):
        return 0.0
    middle, length = points[:, :2], points[:, 2]
    low, high = text.boxes[:, :2].copy(), text.boxes[:, 2:].copy()
    slack = 0.1 * (high - low)
    slack[:, 0] = -0.02
    within = np.all((middle[:, None] > low + slack) & (middle[:, None] < high - slack), axis=2)
    return float(length[np.any(within, axis=1)].sum())


def _polyline(points: NDArray[np.float64], region: Box) -> NDArray[np.float64]:
    """Pieces of a path near a region: middle x, middle y and length of each."""
    curves = points[: len(points) // 4 * 4, :2].reshape(-1, 4, 2)
    near = (curves.max(axis=1) >= region[:2]).all(axis=1) & (curves.min(axis=1) <= region[2:]).all(axis=1)
    pieces = []
    for curve in curves[near]:
        reach = float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())
        count = int(np.clip(np.ceil(reach / _STEP), 2, 1000))
        place = bezier(curve)(np.linspace(0, 1, count + 1)[:, None])
        step = np.diff(place, axis=0)
        pieces.append(np.column_stack([(place[1:] + place[:-1]) / 2, np.linalg.norm(step, axis=1)]))
    return np.concatenate(pieces) if pieces else np.empty((0, 3))


def _covered(text: ShownText, item: Drawn, picture: Picture) -> bool:
    """Whether something opaque is drawn over a line where the text is."""
    canvas = Canvas(text.bounds, _PIXELS)
    whole = np.count_nonzero(canvas.line(item.mobject, _THINNEST))
    return bool(np.count_nonzero(_seen_line(canvas, text, item, picture)) < whole)


def _common_ink(text: ShownText, item: Drawn, picture: Picture) -> float:
    """Square units where both a line and letters are seen."""
    canvas = Canvas(text.bounds, _PIXELS)
    line = _seen_line(canvas, text, item, picture)
    return np.count_nonzero(line & canvas.ink(text.glyphs)) / canvas.density**2


def _seen_line(canvas: Canvas, text: ShownText, item: Drawn, picture: Picture) -> Mask:
    """Where a line is seen: what is drawn over it hides it."""
    line = canvas.line(item.mobject, _THINNEST)
    first = picture.span(text)[0]
    for other in picture.near(text.bounds):
        hides = other.fill >= _OPAQUE and other.place > item.place and (item.place > first or other.place < first)
        if hides:
            line &= ~canvas.inside(other)
    return line


def _fault(text: ShownText, path: Any, items: list[Drawn], picture: Picture) -> Fault:
    owner = path if isinstance(path, _DASHED) else next(part for part in items[0].chain if len(part.points))
    pieces = np.concatenate([_polyline(item.mobject.points, picture.frame) for item in items])[::3]
    blocks = np.column_stack([pieces[:, :2], pieces[:, :2]])
    others = np.array([other.bounds for other in picture.texts if other is not text]).reshape(-1, 4)
    advice = clear_shift(text.bounds, np.concatenate([blocks, others]), picture.frame)
    length = sum(_within(text, item.mobject) for item in items)
    message = f"the line of a {type(owner).__name__} runs {length:.2f} units through {text.name}"
    advice = advice or "move the text off the line, end the line before it (buff), or give it a background rectangle"
    return Fault("line-through-text", message, advice, (text.mobject, owner))


def _box_of(mobject: Any) -> Box:
    points = np.concatenate([part.points[:, :2] for part in mobject.get_family() if len(part.points)])
    return np.concatenate([points.min(axis=0), points.max(axis=0)])
