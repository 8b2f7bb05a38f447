"""A picture that is kept from frame to frame: only what has changed is rasterised again.

Manim draws every moving mobject anew for each frame. Most of them look as they did a sixtieth of a second before:
glyphs that are written already, lines that stay. A `Layer` remembers what it shows, mobject by mobject, finds the
boxes of pixels where that differs from what it should show, and draws those boxes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import Camera, Mobject, MovingCamera, VMobject

from visium_graph.render.cairo_paths import Outline, Outlines, shape_and_place
from visium_graph.render.picture import Box, Pixels

__all__ = ["NOWHERE", "Layer", "Sketch", "Sketchbook", "bounds", "can_sketch", "family"]

NOWHERE: Box = (0, 0, 0, 0)
# Antialiasing reaches a pixel beyond the outline, rounding another.
_MARGIN = 2
# Cairo cuts off a corner's point where it is longer than ten times half the line.
_LONGEST_CORNER = 10.0


@dataclass(frozen=True, eq=False)
class Sketch:
    """A mobject as it looks at one moment. Two moments at which it looks the same share one sketch."""

    mobject: VMobject
    look: tuple[Any, ...]
    outline: Outline
    box: Box


def can_sketch(camera: Camera) -> bool:
    """Whether the camera shows mobjects flat and one after the other, as a `Layer` does."""
    return type(camera) in {Camera, MovingCamera}


def family(mobjects: Iterable[Mobject], *, use_z_index: bool) -> list[Mobject]:
    """The mobjects and all that is in them, in the order in which Manim draws them, those without points left out.

    The same list as Manim's `extract_mobject_family_members`, which walks down from every mobject of the list anew:
    one that occurs twice stands at its last place.
    """
    seen: set[int] = set()
    found: list[Mobject] = []

    def visit(mobject: Mobject) -> None:
        if id(mobject) not in seen:
            seen.add(id(mobject))
            for part in reversed(mobject.submobjects):
                visit(part)
            if len(mobject.points):
                found.append(mobject)

    for mobject in reversed(list(mobjects)):
        visit(mobject)
    found.reverse()
    return sorted(found, key=lambda mobject: mobject.z_index) if use_z_index else found


class Sketchbook:
    """The latest sketch of every mobject. What looks as it did keeps its sketch."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._latest: dict[int, Sketch] = {}
        self._outlines = Outlines(camera)

    def forget(self) -> None:
        """The camera has moved: everything lies elsewhere in the picture."""
        self._latest.clear()

    def look_at(self, mobjects: Iterable[Mobject]) -> list[Sketch] | None:
        """How the mobjects look now; those that cannot be seen are left out.

        Args:
            mobjects: in drawing order, each with points.

        Returns:
            None where one of them is no plain vector graphic: a picture, a cloud of points, a fill with an image.
        """
        found: list[Sketch] = []
        for mobject in mobjects:
            if not isinstance(mobject, VMobject) or mobject.get_background_image():
                return None
            style = _style(mobject)
            if style is None:
                continue
            shape, place = shape_and_place(mobject.points)
            look = (shape, place, *style)
            sketch = self._latest.get(id(mobject))
            if sketch is None or sketch.look != look or sketch.mobject is not mobject:
                outline = self._outlines.of(shape, mobject.points)
                if not np.isfinite((*place, *outline.low, *outline.high)).all():
                    return None
                box = _box(mobject, outline, place, self._camera)
                sketch = self._latest[id(mobject)] = Sketch(mobject, look, outline, box)
            found.append(sketch)
        return found


def _style(mobject: VMobject) -> tuple[Any, ...] | None:
    """All that decides how its outline is drawn; None where nothing would be seen."""
    fill = mobject.get_fill_rgbas()
    style: list[Any] = [fill.tobytes()]
    seen = bool(fill[:, 3].any())
    gradient = len(fill) > 1
    for background in (False, True):
        width = mobject.get_stroke_width(background)
        if width:
            stroke = mobject.get_stroke_rgbas(background)
            seen = seen or bool(stroke[:, 3].any())
            gradient = gradient or len(stroke) > 1
            style += (background, width, stroke.tobytes(), mobject.joint_type, mobject.cap_style)
    if gradient:
        style.append(np.asarray(mobject.get_gradient_start_and_end_points()).tobytes())
    return tuple(style) if seen else None


def _box(mobject: VMobject, outline: Outline, place: tuple[float, float], camera: Camera) -> Box:
    """Pixels that it can touch, inside the frame."""
    across = camera.pixel_width / camera.frame_width
    down = camera.pixel_height / camera.frame_height
    width = max(mobject.get_stroke_width(background=False), mobject.get_stroke_width(background=True))
    line = width * camera.cairo_line_width_multiple / 2 * _LONGEST_CORNER
    x, y = place[0] - camera.frame_center[0], place[1] - camera.frame_center[1]
    left = camera.pixel_width / 2 + (x + outline.low[0] - line) * across - _MARGIN
    right = camera.pixel_width / 2 + (x + outline.high[0] + line) * across + _MARGIN
    top = camera.pixel_height / 2 - (y + outline.high[1] + line) * down - _MARGIN
    bottom = camera.pixel_height / 2 - (y + outline.low[1] - line) * down + _MARGIN
    return (
        max(0, int(min(left, camera.pixel_width))),
        max(0, int(min(top, camera.pixel_height))),
        min(camera.pixel_width, int(max(right, -1)) + 1),
        min(camera.pixel_height, int(max(bottom, -1)) + 1),
    )


def bounds(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them; an empty one where there are none. Empty boxes do not count."""
    filled = [box for box in boxes if box[0] < box[2] and box[1] < box[3]]
    if not filled:
        return NOWHERE
    left, top, right, bottom = zip(*filled, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _bands(boxes: Iterable[Box]) -> list[Box]:
    """Boxes that cover the given ones, each wholly above the next."""
    bands: list[Box] = []
    for box in sorted((box for box in boxes if box[0] < box[2] and box[1] < box[3]), key=lambda box: box[1]):
        if bands and box[1] < bands[-1][3]:
            left, top, right, bottom = bands[-1]
            bands[-1] = min(left, box[0]), top, max(right, box[2]), max(bottom, box[3])
        else:
            bands.append(box)
    return bands


class Layer:
    """Sketches drawn one over the other on a ground that lies below.

    Args:
        pixels: what it draws on: RGBA, shape (height, width, 4).
        camera: how it draws.
    """

    def __init__(self, pixels: Pixels, camera: Camera) -> None:
        self.pixels = pixels
        self._camera = camera
        self._shown: list[Sketch] | None = None

    @property
    def frame(self) -> Box:
        """The whole picture."""
        return 0, 0, self.pixels.shape[1], self.pixels.shape[0]

    def forget(self) -> None:
        """The pixels were changed by others: draw everything anew the next time."""
        self._shown = None

    def show(self, wanted: list[Sketch], ground: Pixels, changed: Sequence[Box]) -> list[Box]:
        """Draw what differs from what is shown.

        Args:
            wanted: from the lowest to the uppermost.
            ground: pixels below them, of the same shape.
            changed: boxes of the ground that have changed since the last call.

        Returns:
            Boxes of this layer that have changed.
        """
        boxes = [self.frame] if self._shown is None else _bands([*changed, *_differing(self._shown, wanted)])
        self._shown = wanted
        if not boxes:
            return boxes
        for left, top, right, bottom in boxes:
            self.pixels[top:bottom, left:right] = ground[top:bottom, left:right]
        self._draw(wanted, boxes)
        return boxes

    def _draw(self, wanted: list[Sketch], boxes: list[Box]) -> None:
        context = self._camera.get_cairo_context(self.pixels)
        matrix = context.get_matrix()
        context.identity_matrix()
        context.new_path()  # Manim leaves the last outline where it is
        for left, top, right, bottom in boxes:
            context.rectangle(left, top, right - left, bottom - top)
        context.clip()
        context.set_matrix(matrix)
        try:
            for sketch in wanted:
                if any(_meet(sketch.box, box) for box in boxes):
                    sketch.outline.trace(context, sketch.mobject)
                    self._camera.apply_stroke(context, sketch.mobject, background=True)
                    self._camera.apply_fill(context, sketch.mobject)
                    self._camera.apply_stroke(context, sketch.mobject)
        finally:
            context.reset_clip()


def _differing(shown: list[Sketch], wanted: list[Sketch]) -> list[Box]:
    """Boxes outside which both lists show the same sketches in the same order."""
    start, end, wanted_end = 0, len(shown), len(wanted)
    while start < min(end, wanted_end) and shown[start] is wanted[start]:
        start += 1
    while start < min(end, wanted_end) and shown[end - 1] is wanted[wanted_end - 1]:
        end -= 1
        wanted_end -= 1
    if end == wanted_end:
        pairs = [(old, new) for old, new in zip(shown[start:end], wanted[start:end], strict=True) if old is not new]
        return [sketch.box for pair in pairs for sketch in pair]
    return [sketch.box for sketch in (*shown[start:end], *wanted[start:wanted_end])]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
