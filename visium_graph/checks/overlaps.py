"""Texts on top of each other. Imports Manim."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from visium_graph.checks.fault import Fault
from visium_graph.checks.origins import line_of
from visium_graph.checks.picture import Picture
from visium_graph.checks.raster import Canvas
from visium_graph.checks.repair import clear_shift
from visium_graph.checks.texts import Box, ShownText

__all__ = ["overlap_faults"]

_GRAZE = 0.03
"""Units that two glyph boxes may overlap: round letters and tight kerning do."""
_SAME = 0.8
"""Boxes that share this part of their area hold a glyph and its own copy, as a highlight does."""
_INK = 0.0015
"""Square units of common ink that a viewer sees as a collision."""
_OPAQUE = 0.7
_PIXELS = 80
"""Resolution of the ink test, in pixels a unit."""
_COVERED = 0.03
_FAINT = 0.2
"""Opacity up to which a text no longer disturbs another."""


def overlap_faults(picture: Picture) -> list[Fault]:
    """Every two texts whose ink collides (`text-overlap`)."""
    texts = [text for text in picture.texts if text.opacity > _FAINT]
    if len(texts) < 2:  # a collision takes two
        return []
    bounds = np.array([text.bounds for text in texts])
    common = np.minimum(bounds[:, None, 2:], bounds[None, :, 2:]) - np.maximum(bounds[:, None, :2], bounds[None, :, :2])
    near = (common > _GRAZE).all(axis=2)
    found = []
    for first, second in combinations(range(len(texts)), 2):
        fault = _overlap(texts[first], texts[second], picture) if near[first, second] else None
        if fault is not None:
            found.append(fault)
    return found


def _overlap(first: ShownText, second: ShownText, picture: Picture) -> Fault | None:
    spans = picture.span(first), picture.span(second)
    upper, lower = (first, second) if spans[0] > spans[1] else (second, first)
    if upper.halo:  # a label with an outline behind it is made to stand on top of something
        return None
    a, b = first.boxes[:, None, :], second.boxes[None, :, :]
    size = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    area = np.prod(np.clip(size, 0, None), axis=-1)
    own = [np.prod(box[..., 2:] - box[..., :2], axis=-1) for box in (a, b)]
    # A glyph and its copy coincide; of a text that is drawn along its own outline only a part of it does.
    whole = np.minimum(*own) if first.name == second.name else own[0] + own[1] - area
    clash = (size > _GRAZE).all(axis=-1) & (area < _SAME * whole)
    if not clash.any():
        return None
    pairs = np.argwhere(clash)
    low = np.maximum(first.boxes[pairs[:, 0], :2], second.boxes[pairs[:, 1], :2]).min(axis=0)
    high = np.minimum(first.boxes[pairs[:, 0], 2:], second.boxes[pairs[:, 1], 2:]).max(axis=0)
    region = np.concatenate([low, high])
    canvas = Canvas(region, _PIXELS)
    inked = [
        canvas.ink([text.glyphs[index] for index in sorted(set(pairs[:, side]))], smooth=True)
        for side, text in enumerate((first, second))
    ]
    common = np.count_nonzero(inked[0] & inked[1]) / canvas.density**2
    if common < _INK or _hidden(lower, upper, region, picture):
        return None
    width, height = high - low
    return Fault(
        "text-overlap",
        f"{first.name} and {second.name} overlap by {width:.2f} x {height:.2f} units",
        _repair(first, second, picture),
        tuple(sorted((first.mobject, second.mobject), key=line_of, reverse=True)),
    )


def _repair(first: ShownText, second: ShownText, picture: Picture) -> str:
    moved, other = (second, first) if second.line >= first.line else (first, second)
    others = np.array([text.bounds for text in picture.texts if text is not moved])
    advice = clear_shift(moved.bounds, others, picture.frame)
    fading = f"fade out {other.name} before {moved.name} comes"
    return f"for {moved.name}: {advice}; or {fading}" if advice else f"{fading}, or make both smaller"


def _hidden(lower: ShownText, upper: ShownText, region: Box, picture: Picture) -> bool:
    """Whether something opaque lies between two texts and covers the region."""
    low, high = picture.span(lower)[1], picture.span(upper)[0]
    for item in picture.near(region):
        if low < item.place < high and item.fill >= _OPAQUE:
            box = np.concatenate([item.mobject.points[:, :2].min(axis=0), item.mobject.points[:, :2].max(axis=0)])
            if (box[:2] <= region[:2] + _COVERED).all() and (box[2:] >= region[2:] - _COVERED).all():
                return True
    return False
