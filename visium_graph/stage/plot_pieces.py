"""The pieces of a plot: curves, areas, lines, points and series, each drawn in a plot's frame with its label."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from manim import DOWN, UP, DashedLine, DashedVMobject, Dot, Line, Mobject, Polygon, Rectangle, VMobject

from visium_graph.layouts import Curve, DataArea, DataLine, DataPoint, DataSeries
from visium_graph.stage.axes import PlotFrame
from visium_graph.stage.geometry import Vector
from visium_graph.stage.label_places import Candidate, Places, around, beside
from visium_graph.stage.sampling import clip_polyline, compile_expression, sample_graph
from visium_graph.stage.text import RichText

__all__ = ["Plotted", "Plotter"]

FILLS, _, LINES, DOTS, TEXT = range(5)
"""Drawing order (`z_index`)."""

LABEL_EM = 0.37
_CURVE = 4.5
_LINE = 3.5
_DOT = 0.085
_SMALL_DOT = 0.055
_GAP = 0.12
_AREA_OPACITY = 0.35
_BAR_OPACITY = 0.75
_BAR_SHARE = 0.72
_DASH = 0.13
_MARKED = 30
"""A joined series with more points than this shows no dots."""


@dataclass(eq=False)
class Plotted:
    """A part as it is drawn."""

    part: Any
    shapes: list[Mobject] = field(default_factory=list)
    label: RichText | None = None
    spots: Callable[[Vector], Iterable[Candidate]] | None = None
    """Places for a label of a size, the best-liked first."""
    rank: int = 0
    """Labels of a lower rank are placed first: those that must stand close to what they name."""


class Plotter:
    """Draws parts in a plot's frame and finds places for their labels."""

    def __init__(
        self,
        frame: PlotFrame,
        places: Places,
        parts: Iterable[Any],
        *,
        color: Callable[[str], str],
        rich: Callable[..., RichText],
        background: str,
    ) -> None:
        self._frame, self._places = frame, places
        self._color, self._rich, self._background = color, rich, background
        self._curves = {part.id: part for part in parts if isinstance(part, Curve)}

    def draw(self, part: Any) -> Plotted:
        """The shapes of a part; where it has a label, `label_all` places it."""
        return _KINDS[type(part)](self, part)

    def label_all(self, plotted: list[Plotted]) -> None:
        """Set every label where it covers nothing, once all shapes are known."""
        for piece in sorted(plotted, key=lambda piece: piece.rank):
            if piece.part.label and piece.spots is not None:
                role = "text" if isinstance(piece.part, DataArea) else piece.part.role
                piece.label = self._rich(piece.part.label, role=role, em=LABEL_EM).set_z_index(TEXT)
                # A rim in the background's colour keeps the grid off the letters.
                piece.label.set_stroke(self._background, width=7, background=True)
                size = np.array([piece.label.width, piece.label.height])
                piece.label.move_to([*self._places.choose(size, piece.spots(size)), 0])

    # --------------------------------------------------------------- kinds

    def _curve(self, part: Curve) -> Plotted:
        pieces = self._graph(part)
        shapes = []
        for piece in pieces:
            self._places.draw(piece)
            shape = VMobject(color=self._color(part.role), stroke_width=_CURVE)
            shape.set_points_as_corners(_spatial(piece))
            if part.dashed:
                count = max(2, int(np.hypot(*np.diff(piece, axis=0).T).sum() / (2 * _DASH)))
                shape = DashedVMobject(shape, num_dashes=count)
            shapes.append(shape.set_z_index(LINES))
        if not pieces:
            return Plotted(part)
        longest = max(pieces, key=lambda piece: float(np.hypot(*np.diff(piece, axis=0).T).sum()))
        return Plotted(part, shapes, spots=lambda size: beside(longest, size, _GAP, prefer=0.75), rank=2)

    def _graph(self, part: Curve) -> list[Vector]:
        """The curve's visible pieces in the frame."""
        low, high = part.domain or self._frame.x
        low, high = max(low, self._frame.x[0]), min(high, self._frame.x[1])
        if low >= high:
            return []
        pieces = sample_graph(compile_expression(part.expression), (low, high), self._frame.y)
        return [self._frame.point(piece) for piece in pieces]

    def _area(self, part: DataArea) -> Plotted:
        low, high = max(part.domain[0], self._frame.x[0]), min(part.domain[1], self._frame.x[1])
        if low >= high:
            return Plotted(part)
        x = np.linspace(low, high, 240)
        top = compile_expression(self._curves[part.under].expression)(x)
        base = np.zeros_like(x) if part.above is None else compile_expression(self._curves[part.above].expression)(x)
        shapes, deepest = [], []
        for run in _runs(np.isfinite(top) & np.isfinite(base)):
            edges = [self._frame.point(np.column_stack([x[run], np.clip(y[run], *self._frame.y)])) for y in (top, base)]
            outline = np.concatenate([edges[0], edges[1][::-1]])
            color = self._color(part.role)
            shape = Polygon(*_spatial(outline), stroke_width=0, fill_color=color, fill_opacity=_AREA_OPACITY)
            shapes.append(shape.set_z_index(FILLS))
            depth = np.abs(edges[0][:, 1] - edges[1][:, 1])
            deepest += [
                Candidate((a + b) / 2, 1.5 * (1 - d / max(float(depth.max()), 1e-9)))
                for a, b, d in zip(edges[0][::8], edges[1][::8], depth[::8], strict=True)
            ]
        return Plotted(part, shapes, spots=(lambda _: deepest) if deepest else None, rank=3)

    def _line(self, part: DataLine) -> Plotted:
        ends = self._clipped(part.start, part.end)
        if ends is None:
            return Plotted(part)
        self._places.draw(ends)
        start, end = _spatial(ends)
        style = {"color": self._color(part.role), "stroke_width": _LINE}
        shape = DashedLine(start, end, dash_length=_DASH, **style) if part.dashed else Line(start, end, **style)
        return Plotted(part, [shape.set_z_index(LINES)], spots=lambda size: beside(ends, size, _GAP), rank=1)

    def _clipped(self, start: tuple[float, float], end: tuple[float, float]) -> Vector | None:
        """The part of a segment within both ranges, in the frame."""
        inside = list(clip_polyline(np.array([start, end], dtype=float), self._frame.y))
        swapped = [part for piece in inside for part in clip_polyline(piece[:, ::-1], self._frame.x)]
        return self._frame.point(swapped[0][:, ::-1]) if swapped else None

    def _point(self, part: DataPoint) -> Plotted:
        at = self._frame.point(np.array(part.at))
        self._places.draw(at[None])
        dot = Dot(_spatial(at), radius=_DOT, color=self._color(part.role)).set_z_index(DOTS)
        return Plotted(part, [dot], spots=lambda size: around(at, size, _DOT + 0.6 * _GAP))

    def _series(self, part: DataSeries) -> Plotted:
        points = np.array(part.points, dtype=float)
        low, high = np.array([self._frame.x, self._frame.y]).T
        if part.style == "bars":
            return self._bars(part, points)
        shapes: list[Mobject] = []
        color = self._color(part.role)
        if part.style == "line" and len(points) > 1:
            for start, end in itertools.pairwise(points):
                ends = self._clipped(tuple(start), tuple(end))
                if ends is not None:
                    self._places.draw(ends)
                    shapes.append(Line(*_spatial(ends), color=color, stroke_width=_LINE).set_z_index(LINES))
        inside = points[np.all((points >= low) & (points <= high), axis=1)]
        places = self._frame.point(inside)
        if len(inside):
            self._places.ink.append(places)
        if part.style == "dots" or len(points) <= _MARKED:
            radius = _DOT if part.style == "dots" and len(points) <= _MARKED else _SMALL_DOT
            shapes += [Dot(_spatial(place), radius=radius, color=color).set_z_index(DOTS) for place in places]
        return Plotted(part, shapes, spots=_along(places) if len(inside) else None, rank=2)

    def _bars(self, part: DataSeries, points: Vector) -> Plotted:
        order = np.sort(points[:, 0])
        apart = float(np.diff(order).min()) if len(order) > 1 else (self._frame.x[1] - self._frame.x[0]) / 8
        shapes, tops = [], []
        for x, y in points:
            corners = np.array([[x - _BAR_SHARE * apart / 2, 0.0], [x + _BAR_SHARE * apart / 2, y]])
            low, high = np.array([self._frame.x, self._frame.y]).T
            first, last = self._frame.point(np.clip(corners, low, high))
            size = np.maximum(np.abs(last - first), 1e-3)
            bar = Rectangle(
                width=size[0],
                height=size[1],
                stroke_width=0,
                fill_color=self._color(part.role),
                fill_opacity=_BAR_OPACITY,
            ).move_to(_spatial((first + last) / 2))
            # Which way it grows: away from zero.
            bar.grows_from = DOWN if y >= 0 else UP
            shapes.append(bar.set_z_index(FILLS))
            edge = np.array([first, [last[0], first[1]], last, [first[0], last[1]]])
            self._places.draw(edge)
            tops.append(np.array([(first[0] + last[0]) / 2, last[1]]))
        return Plotted(part, shapes, spots=_along(np.array(tops)), rank=2)


_KINDS: Mapping[type, Callable[[Plotter, Any], Plotted]] = {
    Curve: Plotter._curve,  # noqa: SLF001  # the table of its own methods
    DataArea: Plotter._area,  # noqa: SLF001
    DataLine: Plotter._line,  # noqa: SLF001
    DataPoint: Plotter._point,  # noqa: SLF001
    DataSeries: Plotter._series,  # noqa: SLF001
}


def _along(places: Vector) -> Callable[[Vector], Iterable[Candidate]]:
    """Places beside a series: along its line where it has one."""
    if len(places) > 1:
        ordered = places[np.argsort(places[:, 0], kind="stable")]
        return lambda size: beside(ordered, size, 1.5 * _GAP, prefer=0.85)
    return lambda size: around(places[0], size, 1.5 * _GAP)


def _runs(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> list[slice]:
    """Slices of at least two consecutive true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def _spatial(points: Vector) -> Vector:
    """Points (..., 2) as Manim's (..., 3)."""
    return np.concatenate([points, np.zeros((*points.shape[:-1], 1))], axis=-1)
