"""Texts that cannot be read: covered by a shape, too faint against what is behind them, or too small. Imports Manim."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visium_graph.checks.fault import Fault
from visium_graph.checks.memory import Memory
from visium_graph.checks.picture import Drawn, Picture, grown, meet
from visium_graph.checks.raster import Canvas, Colors, Mask, contrast
from visium_graph.checks.texts import Box, ShownText

__all__ = ["legibility_faults"]

_SMALLEST = 16.6
"""Height of capital letters in pixels at 1080p below which a text cannot be read on a small screen."""
_FAINT = 1.85
"""Contrast below which a text is all but gone."""
_WEAK = 3.0
"""WCAG asks this much of large text."""
_FILLED = 0.06
_OPAQUE = 0.85
_HIDDEN = 0.12
"""Share of a text's ink that may be covered."""
_WHOLLY = 0.97
_LOST = 0.3
"""Share of a text's ink that may be faint: more cannot be read."""
_FINE_PIXELS = 26
"""Pixels that a glyph of usual height has on the canvas."""
_WIDE = 0.15
"""Width from which on a line is an area."""
_THICK = 0.5
_COPY = 0.05
"""Units by which a copy of a glyph may differ from it in place."""
_ERASER = 1.15
"""Contrast of a fill with the background below which it is there to hide something."""


def legibility_faults(picture: Picture, memory: Memory) -> list[Fault]:
    """Texts that are covered (`text-hidden`), faint (`low-contrast`) or tiny (`text-too-small`)."""
    found: list[Fault] = []
    for text in picture.texts:
        if meet(text.bounds, picture.frame):
            found += _size_faults(text, picture, memory)
            found += _sight_faults(text, picture, memory)
    return found


def _size_faults(text: ShownText, picture: Picture, memory: Memory) -> list[Fault]:
    height = text.letter_height * 8 / float(picture.frame[3] - picture.frame[1])
    if height >= _SMALLEST:
        memory.note("large", text.mobject)
        return []
    message = f"the letters of {text.name} are {height:.0f} px high at 1080p: too small to read"
    scale = np.ceil(10 * 1.3 * _SMALLEST / max(height, 1.0)) / 10
    advice = f"make it larger: .scale({scale:.1f}), or a font_size {scale:.1f} times as large"
    fault = Fault("text-too-small", message, advice, (text.mobject,))
    fault.excuse = partial(memory.saw, "large", text.mobject)  # seen from near, or while it was large
    return [fault]


def _sight_faults(text: ShownText, picture: Picture, memory: Memory) -> list[Fault]:
    first, last = picture.span(text)
    filled = [item for item in picture.near(text.bounds, _THICK) if _is_ground(item, text)]
    below = [item for item in filled if item.place < first]
    above = [item for item in filled if item.place > last and not _part_of(text, item)]
    if not below and not above:
        memory.note("visible", text.mobject)
        return _plain_contrast(text, picture, memory)
    heights = text.boxes[:, 3] - text.boxes[:, 1]
    canvas = Canvas(text.bounds, float(np.clip(_FINE_PIXELS / max(np.median(heights), 0.02), 20, 160)))
    ink = canvas.ink([glyph for glyph in text.glyphs if glyph.get_fill_opacity() > 0] or text.glyphs)
    if not ink.any():
        return []
    covers = [canvas.inside(item) & ink if item.fill >= _OPAQUE else np.zeros_like(ink) for item in above]
    covered = np.logical_or.reduce(covers) if covers else np.zeros_like(ink)
    share = np.count_nonzero(covered) / np.count_nonzero(ink)
    if share > _HIDDEN and not text.tick_label:
        return _hidden(text, above, covers, share, picture, memory)
    before = memory.saw("visible", text.mobject)
    memory.note("visible", text.mobject)
    if before and any(_veils(item, text) and _replaces(item, picture) for item in above):
        return []
    if any(item.image for item in filled) or picture.background is None:
        return []  # behind a picture nothing is certain
    return _contrast_on(canvas, text, ink & ~covered, below, above, picture, memory)


def _is_ground(item: Drawn, text: ShownText) -> bool:
    """Whether a shape has an area that a text can stand on: a fill, or a line as wide as one."""
    points = item.mobject.points[:, :2]
    reach = 0.0 if item.image else item.mobject.get_stroke_width() * 0.01
    box = grown(np.concatenate([points.min(axis=0), points.max(axis=0)]), reach / 2)
    return meet(box, text.bounds) and (item.fill > _FILLED or (item.stroke > _FILLED and reach > _WIDE))


def _part_of(text: ShownText, item: Drawn) -> bool:
    """Whether a shape belongs to a text, or is a copy of one of its glyphs, as highlights are."""
    if any(text.mobject is part for part in item.chain):
        return True
    points = item.mobject.points[:, :2]
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return bool((np.abs(text.boxes - box) < _COPY).all(axis=1).any())


def _hidden(
    text: ShownText, above: list[Drawn], covers: list[Mask], share: float, picture: Picture, memory: Memory
) -> list[Fault]:
    cover = above[int(np.argmax([np.count_nonzero(mask) for mask in covers]))]
    kind = type(cover.mobject).__name__
    message = f"{share:.0%} of {text.name} is hidden by a filled {kind} drawn above it"
    advice = "add the text after the shape, give it a higher z_index, or lower the shape's fill_opacity"
    fault = Fault("text-hidden", message, advice, (text.mobject, cover.mobject))
    if share > _WHOLLY and _replaces(cover, picture):
        fault.excuse = partial(memory.saw, "visible", text.mobject)
    return [fault]


def _veils(cover: Drawn, text: ShownText) -> bool:
    points = cover.mobject.points[:, :2]
    return bool((points.min(axis=0) <= text.bounds[:2]).all() and (points.max(axis=0) >= text.bounds[2:]).all())


def _replaces(cover: Drawn, picture: Picture) -> bool:
    """Whether a shape is there to take a text's place: in the background's colour, or with a text of its own."""
    if cover.image or picture.background is None:
        return False
    if float(contrast(cover.mobject.get_fill_rgbas()[0, :3], picture.background)) < _ERASER:
        return True
    points = cover.mobject.points[:, :2]
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    above = [text.bounds for text in picture.texts if picture.span(text)[0] > cover.place]
    return any((bounds[:2] >= box[:2]).all() and (bounds[2:] <= box[2:]).all() for bounds in above)


def _contrast_on(
    canvas: Canvas,
    text: ShownText,
    ink: Mask,
    below: list[Drawn],
    above: list[Drawn],
    picture: Picture,
    memory: Memory,
) -> list[Fault]:
    behind = canvas.colors([item.mobject for item in below], picture.background)
    letters = canvas.colors(text.glyphs)
    seen = _over(letters, behind)
    if above:
        veil = canvas.colors([item.mobject for item in above])
        seen, behind = _over(veil, seen), _over(veil, behind)
    ratios = contrast(seen[..., :3], behind[..., :3])[ink]
    place = np.median(behind[..., :3][ink], axis=0) if ratios.size else picture.background
    return _judged(text, ratios, np.asarray(place), memory)


def _over(upper: Colors, lower: Colors) -> Colors:
    opacity = upper[..., 3:]
    colors = upper[..., :3] * opacity + lower[..., :3] * (1 - opacity)
    return np.concatenate([colors, np.ones_like(opacity)], axis=-1)


def _plain_contrast(text: ShownText, picture: Picture, memory: Memory) -> list[Fault]:
    """The contrast of a text with nothing but the background behind it: no drawing is needed."""
    if picture.background is None:
        return []
    colors = np.array([_own_color(glyph) for glyph in text.glyphs])
    seen = colors[:, :3] * colors[:, 3:] + picture.background * (1 - colors[:, 3:])
    areas = np.prod(text.boxes[:, 2:] - text.boxes[:, :2], axis=1)
    weights = np.maximum(1, np.round(100 * areas / max(areas.sum(), 1e-9))).astype(int)
    return _judged(text, np.repeat(contrast(seen, picture.background), weights), picture.background, memory)


def _own_color(glyph: Any) -> NDArray[np.float64]:
    rgbas = glyph.get_fill_rgbas() if glyph.get_fill_opacity() > 0 else glyph.get_stroke_rgbas()
    return np.asarray(rgbas.mean(axis=0), dtype=np.float64)


def _judged(text: ShownText, ratios: NDArray[np.float64], behind: Box, memory: Memory) -> list[Fault]:
    color = np.mean([_own_color(glyph) for glyph in text.glyphs], axis=0)
    outlined = text.halo or any(
        glyph.get_stroke_width() > 1 and float(contrast(glyph.get_stroke_rgbas()[0, :3], behind)) >= _WEAK
        for glyph in text.glyphs
        if glyph.get_stroke_opacity() > 1 - _LOST
    )
    severity = "error" if ratios.size and np.mean(ratios < _FAINT) > _LOST else None
    if severity is None and ratios.size and np.mean(ratios < _WEAK) > 0.5:  # most of it
        severity = "warning"
    if severity is None or outlined:
        memory.note_legible(text.mobject, color)
        return []
    ratio = float(np.median(ratios[ratios < _WEAK]))
    light = float(contrast(np.ones(3), behind)) > float(contrast(np.zeros(3), behind))
    other = "a light colour such as WHITE" if light else "a dark colour such as BLACK"
    if color[3] < 1 - _LOST:
        other = f"an opacity nearer to 1 (it is {color[3]:.2f})"
    message = (
        f"{text.name} has a contrast of {ratio:.1f} to what is behind it ({_hex(behind)}); {_WEAK:.0f} is the least"
    )
    fault = Fault("low-contrast", message, f"give it {other}, or change what is behind it", (text.mobject,))
    fault.severity = "error" if severity == "error" else "warning"
    fault.excuse = partial(memory.legible_otherwise, text.mobject, color)
    return [fault]


def _hex(color: Box) -> str:
    return "#" + "".join(f"{round(255 * float(value)):02X}" for value in color)
