"""The pieces of a figure: each knows its outline in figure coordinates, draws itself at a scale, and carries its label.

Fills lie below lines, lines below dots, dots below text, whatever the order in which they appear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from manim import Arc, Circle, DashedLine, Dot, Line, Mobject, Polygon, Triangle, VGroup, VMobject

from visium_graph.layouts import Place
from visium_graph.stage.geometry import (
    Extent,
    Frame,
    Pose,
    Vector,
    corner_center,
    inner_point,
    label_center,
    normal,
    polar,
    unit,
)
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, CAPTION_EM, FLOOR_EM, TITLE_EM

__all__ = ["Drawn", "Label", "Pen", "draw_part"]

FILLS, HAIRLINES, LINES, DOTS, TEXT = range(5)
"""Drawing order (`z_index`)."""

_STROKE = 3.5
_HAIRLINE = 1.6
_DOT = 0.075
_TIP = 0.2
_LABEL_GAP = 0.13
_ASCENT = 0.8
"""Height of the tallest letters, in em."""
_CELL = 0.8
"""Side of a cell as a share of the distance from one to the next."""
_EM = {"label": CAPTION_EM, "body": BODY_EM, "large": TITLE_EM * 1.2}
_DIRECTIONS: Mapping[str, float] = {
    "right": 0,
    "ur": 45,
    "up": 90,
    "ul": 135,
    "left": 180,
    "dl": 225,
    "down": 270,
    "dr": 315,
}


@dataclass
class Label:
    """Upright text at a place: centred on it, set to one side, or beside it in a direction."""

    text: RichText
    anchor: Vector
    """In figure coordinates."""
    direction: Vector | None = None
    """Unit vector, figure coordinates; it turns with the piece."""
    gap: float = 0.0
    of_point: bool = False
    """Whether it stands beside a point, and not beside a line."""
    align: Literal["left", "center", "right"] = "center"
    scale: float = 1.0
    """By how much the text has been shrunk."""
    by_capitals: bool = False
    """Centred in height by its capitals, so that neighbours share a baseline, instead of by its ink."""

    def box(self, pose: Pose) -> tuple[Vector, Vector]:
        """Lower left and upper right corner, in Manim units from the anchor's place."""
        below, above = self._reach()
        size = np.array([self.text.width, below + above])
        if self.direction is not None:
            beside = corner_center if self.of_point else label_center
            center = beside(np.zeros(2), Pose(pose.angle).apply(self.direction), size, self.gap)
            return center - size / 2, center + size / 2
        slack = {"left": 0.0, "center": -0.5, "right": -1.0}[self.align]
        middle = (above - below) / 2 if not self.by_capitals else self._capitals()
        low = np.array([slack * size[0], -below - middle])
        return low, low + size

    def extent(self, pose: Pose) -> Extent:
        """How far it reaches at a pose."""
        low, high = self.box(pose)
        return Extent(pose.apply(self.anchor)[None], tuple(low), tuple(high))

    def place(self, frame: Frame, pose: Pose) -> None:
        """Move the text to where it belongs."""
        low, _ = self.box(pose)
        corner = frame.point(pose.apply(self.anchor)) + low
        ink = np.array([self.text.get_left()[0], self.text.get_y() - self._reach()[0]])
        self.text.shift(_spatial(corner - ink))

    def shrink(self, width: float, height: float) -> None:
        """Make it fit a box, as far as it stays readable."""
        ratio = min(1.0, width / max(self.text.width, 1e-9), height / max(self.text.height, 1e-9))
        self.scale = max(ratio, min(1.0, FLOOR_EM / self.text.em))
        self.text.scale(self.scale)

    def _reach(self) -> tuple[float, float]:
        """How far the label's box reaches below and above the middle of its ink.

        A single line counts from its baseline to the height of its tall letters at least, so that neighbours stand on
        one line whatever letters they have.
        """
        half = float(self.text.height) / 2
        if len(self.text) != 1:
            return half, half
        baseline = float(self.text.first_baseline - self.text.get_y())
        return max(half, -baseline), max(half, baseline + _ASCENT * self._em())

    def _capitals(self) -> float:
        """Height of the capitals' middle above the middle of the ink; 0 where the ink is no plain line."""
        if len(self.text) != 1 or self.text.height > 1.25 * self._em():
            return 0.0
        return float(self.text.first_baseline - self.text.get_y()) + CAP_HEIGHT * self._em() / 2

    def _em(self) -> float:
        return self.text.em * self.scale


@dataclass(eq=False)
class Drawn:
    """A piece on its way to the frame and on it."""

    part: Any
    outline: Vector
    """Points, shape (n, 2), that bound it, in figure coordinates."""
    draw: Callable[[Frame], list[Mobject]]
    label: Label | None = None
    pad: float = 0.02
    """What strokes and dots add around the outline, in Manim units."""
    pose: Pose = field(default_factory=Pose)
    mobject: VGroup = field(default_factory=VGroup)
    shape: VGroup = field(default_factory=VGroup)

    def extents(self, pose: Pose) -> list[Extent]:
        """How far the piece reaches at a pose."""
        pad = (self.pad, self.pad)
        own = [Extent(pose.apply(self.outline), (-self.pad, -self.pad), pad)] if len(self.outline) else []
        return own + ([self.label.extent(pose)] if self.label else [])

    def build(self, frame: Frame) -> None:
        """Draw it at its first pose."""
        self._frame = frame
        self.shape.add(*self.draw(frame))
        self.mobject.add(self.shape)
        if self.label:
            self.label.text.set_z_index(TEXT)
            self.label.place(frame, self.pose)
            self.mobject.add(self.label.text)
        self._home = [(member, member.points[:, :2].copy()) for member in self.shape.get_family() if len(member.points)]
        self.opacities = [(m.get_fill_opacity(), m.get_stroke_opacity()) for m in self.mobject.get_family()]

    def take(self, pose: Pose) -> None:
        """Stand at a pose; the label stays upright."""
        self.pose = pose
        origin, scale = self._frame.origin, self._frame.scale
        for member, points in self._home:
            member.points[:, :2] = (points - origin) @ pose.matrix.T + origin + scale * np.array(pose.shift)
        if self.label:
            self.label.place(self._frame, pose)

    def middle(self) -> Vector:
        """Middle of its bounding box, in figure coordinates, where it stands now."""
        points = self.pose.apply(self.outline if len(self.outline) else self.label.anchor[None])  # type: ignore[union-attr]
        return (points.min(axis=0) + points.max(axis=0)) / 2  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Pen:
    """What pieces are drawn with: the theme's colours, text at a size, and the figure's named points."""

    color: Callable[[str], str]
    rich: Callable[..., RichText]
    places: Mapping[str, Vector]
    size: float = 1.0
    """Factor on all text sizes."""
    width: float | None = None
    """Widest line of text, in Manim units."""

    def at(self, place: Place) -> Vector:
        """A place as a point of the figure."""
        return self.places[place] if isinstance(place, str) else np.array(place, dtype=float)

    def text(self, text: str, role: str, em: float = BODY_EM, align: str = "center") -> RichText:
        """Rich text at the figure's text size."""
        return self.rich(text, role=role, em=max(em * self.size, FLOOR_EM), width=self.width, align=align)


def draw_part(part: Any, pen: Pen) -> Drawn:
    """The piece of a figure part; actions have none."""
    return _KINDS[part.kind](part, pen)


def _point(part: Any, pen: Pen) -> Drawn:
    at = pen.at(part.at)

    def draw(frame: Frame) -> list[Mobject]:
        if not part.dot:
            return []
        return [Dot(_spatial(frame.point(at)), radius=_DOT, color=pen.color(part.role)).set_z_index(DOTS)]

    direction = polar(np.deg2rad(_DIRECTIONS[part.direction]))
    gap = _DOT * part.dot + _LABEL_GAP * 0.8
    label = Label(pen.text(part.label, part.role), at, direction, gap, of_point=True) if part.label else None
    return Drawn(part, at[None], draw, label, pad=_DOT * part.dot)


def _segment(part: Any, pen: Pen) -> Drawn:
    start, end = pen.at(part.start), pen.at(part.end)

    def draw(frame: Frame) -> list[Mobject]:
        ends = [_spatial(frame.point(place)) for place in (start, end)]
        color = pen.color(part.role)
        tip = part.kind == "arrow"
        if tip:
            direction = _spatial(unit(end - start))
            length = float(np.linalg.norm(ends[1] - ends[0]))
            size = min(_TIP, 0.5 * length)
            head = Triangle(fill_opacity=1, stroke_width=0, color=color).rotate(
                np.arctan2(*direction[1::-1]) - np.pi / 2
            )
            head.scale(size / 1.5).shift(ends[1] - direction * size / 1.5 - head.get_center_of_mass())
            ends[1] = ends[1] - direction * size * 0.8
        kind = DashedLine if part.dashed else Line
        line = kind(*ends, color=color, stroke_width=_STROKE)
        return [shape.set_z_index(LINES) for shape in ([line, head] if tip else [line])]

    label = None
    if part.label:
        side = normal(start, end, part.side)
        label = Label(pen.text(part.label, part.role), (start + end) / 2, side, _LABEL_GAP)
    return Drawn(part, np.stack([start, end]), draw, label)


def _filled(vertices: Vector, part: Any, pen: Pen, grid: int = 1) -> Drawn:
    text = pen.text(part.label, "text") if part.label else None
    place, depth = inner_point(vertices)
    label = Label(text, place) if text else None

    def draw(frame: Frame) -> list[Mobject]:
        color, corners = pen.color(part.role), [_spatial(corner) for corner in frame.point(vertices)]
        if label:
            label.shrink(*(2 * [1.9 * depth * frame.scale]))
        fill = Polygon(*corners, stroke_width=0, fill_color=color, fill_opacity=part.fill).set_z_index(FILLS)
        edge = Polygon(*corners, color=color, stroke_width=_STROKE).set_z_index(LINES)
        return [*([fill] if part.fill else []), *_grid_lines(corners, grid, color), edge]

    return Drawn(part, vertices, draw, label)


def _grid_lines(corners: list[Vector], count: int, color: str) -> list[Mobject]:
    """Lines that divide a square into `count` rows and columns."""
    lines = []
    for step in range(1, count):
        share = step / count
        for a, b, c, d in ((0, 1, 3, 2), (0, 3, 1, 2)):
            start = corners[a] + share * (corners[b] - corners[a])
            end = corners[c] + share * (corners[d] - corners[c])
            lines.append(Line(start, end, color=color, stroke_width=_HAIRLINE).set_z_index(HAIRLINES))
    return [VGroup(*lines)] if lines else []


def _polygon(part: Any, pen: Pen) -> Drawn:
    return _filled(np.stack([pen.at(vertex) for vertex in part.vertices]), part, pen)


def _square(part: Any, pen: Pen) -> Drawn:
    start, end = pen.at(part.start), pen.at(part.end)
    across = normal(start, end, part.side) * np.hypot(*(end - start))
    return _filled(np.stack([start, end, end + across, start + across]), part, pen, part.grid)


def _angle(part: Any, pen: Pen) -> Drawn:
    vertex, start, end = (pen.at(place) for place in (part.vertex, part.start, part.end))
    first, second = unit(start - vertex), unit(end - vertex)
    turn = float(np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second))
    begin = float(np.arctan2(first[1], first[0]))
    arm = min(np.hypot(*(start - vertex)), np.hypot(*(end - vertex)))
    inward = polar(begin + turn / 2)

    def draw(frame: Frame) -> list[Mobject]:
        middle, color = _spatial(frame.point(vertex)), pen.color(part.role)
        radius = min(0.5, 0.4 * float(arm) * frame.scale)
        if part.right:
            size = 0.55 * radius
            corner = [middle + size * _spatial(step) for step in (first, first + second, second)]
            mark = VMobject(color=color, stroke_width=_STROKE * 0.8).set_points_as_corners(corner)
        else:
            mark = Arc(radius, begin, turn, arc_center=middle, color=color, stroke_width=_STROKE * 0.8)
        return [mark.set_z_index(HAIRLINES)]

    label = Label(pen.text(part.label, part.role), vertex, inward, 0.55) if part.label else None
    return Drawn(part, vertex[None], draw, label, pad=0.0)


def _circle(part: Any, pen: Pen) -> Drawn:
    center, radius = pen.at(part.center), float(part.radius)
    label = Label(pen.text(part.label, "text"), center) if part.label else None
    if label and not part.fill:
        label.anchor, label.direction, label.gap = center + polar(np.pi / 2, radius), polar(np.pi / 2), _LABEL_GAP

    def draw(frame: Frame) -> list[Mobject]:
        middle, size, color = _spatial(frame.point(center)), radius * frame.scale, pen.color(part.role)
        if label and part.fill:
            label.shrink(1.5 * size, 1.5 * size)
        fill = Circle(size, stroke_width=0, fill_color=color, fill_opacity=part.fill).move_to(middle)
        edge = Circle(size, color=color, stroke_width=_STROKE).move_to(middle)
        return [*([fill.set_z_index(FILLS)] if part.fill else []), edge.set_z_index(LINES)]

    around = center + radius * np.stack([polar(angle) for angle in np.linspace(0, 2 * np.pi, 48, endpoint=False)])
    return Drawn(part, around, draw, label)


def _box(part: Any, pen: Pen) -> Drawn:
    center, half = pen.at(part.at), np.array([part.width, part.height]) / 2
    corners = center + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    label = Label(pen.text(part.text, "text"), center, by_capitals=True) if part.text else None

    def draw(frame: Frame) -> list[Mobject]:
        if label:
            room = frame.scale * 2 * half - 0.16
            if label.text.width > room[0]:
                narrow = pen.rich(part.text, role="text", em=label.text.em, width=max(room[0], 0.5), align="center")
                # Long text goes to several lines; a word or a number that would be cut shrinks instead.
                whole = _words(narrow) == _words(label.text)
                label.text = narrow if whole and narrow.height <= room[1] else label.text
            label.shrink(*np.maximum(room, 0.1))
        ends, color = [_spatial(corner) for corner in frame.point(corners)], pen.color(part.role)
        fill = Polygon(*ends, stroke_width=0, fill_color=color, fill_opacity=part.fill).set_z_index(FILLS)
        edge = Polygon(*ends, color=color, stroke_width=_STROKE * 0.8).set_z_index(LINES)
        return [*([fill] if part.fill else []), edge]

    return Drawn(part, corners, draw, label)


def _words(text: RichText) -> int:
    return sum(len(line) - 1 for line in text)  # the first of a line is its baseline's mark


def _text(part: Any, pen: Pen) -> Drawn:
    text = pen.text(part.text, part.role, _EM[part.size], part.align)
    label = Label(text, pen.at(part.at), align=part.align, by_capitals=True)
    return Drawn(part, np.empty((0, 2)), lambda _: [], label)


def _cells(part: Any, pen: Pen) -> Drawn:
    corner, size = pen.at(part.at), float(part.size)
    last = part.columns * part.rows if part.count is None else part.first + part.count
    numbers = np.arange(part.first, last)
    low = corner + size * np.stack([numbers // part.rows, -(numbers % part.rows) - 1.0], axis=1)
    # Corners of each cell in turn, shape (cells, 4, 2), a little apart from the next.
    margin = (1 - _CELL) / 2
    square = np.array([[margin, margin], [1 - margin, margin], [1 - margin, 1 - margin], [margin, 1 - margin]])
    corners = low[:, None] + size * square[None]

    def draw(frame: Frame) -> list[Mobject]:
        start = frame.point(corners)
        end = np.roll(start, -1, axis=1)
        curves = np.stack([start, (2 * start + end) / 3, (start + 2 * end) / 3, end], axis=2).reshape(-1, 2)
        cells = VMobject(stroke_width=0, fill_color=pen.color(part.role), fill_opacity=part.fill)
        cells.points = np.column_stack([curves, np.zeros(len(curves))])
        return [cells.set_z_index(FILLS)]

    return Drawn(part, np.concatenate([low, low + size]), draw, pad=0.0)


def _spatial(point: Vector) -> Vector:
    """A frame point (x, y) as Manim's (x, y, 0)."""
    return np.array([point[0], point[1], 0.0])


_KINDS: Mapping[str, Callable[[Any, Pen], Drawn]] = {
    "point": _point,
    "segment": _segment,
    "arrow": _segment,
    "polygon": _polygon,
    "square": _square,
    "angle": _angle,
    "circle": _circle,
    "box": _box,
    "text": _text,
    "cells": _cells,
}
