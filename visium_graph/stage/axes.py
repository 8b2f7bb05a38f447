"""Axes: a rectangle of the frame with data coordinates, a faint grid, numbers outside it, and the names of the axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from manim import Line, Mobject, VGroup

from visium_graph.layouts import Axis
from visium_graph.stage.geometry import Vector
from visium_graph.stage.layouts.base import Region
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import CAP_HEIGHT, CAPTION_EM, FLOOR_EM
from visium_graph.stage.ticks import tick_label, tick_step, tick_values

__all__ = ["Axes", "PlotFrame"]

_NUMBER_EM = FLOOR_EM
_GAP = 0.16
"""Between the plot and its numbers, and between those and the axis's name."""
_WIDE, _HIGH = 1.15, 0.85
"""Room of a tick on the x axis and on the y axis."""


@dataclass(frozen=True)
class PlotFrame:
    """The map from data to the frame."""

    region: Region
    """The rectangle that the ranges fill."""
    x: tuple[float, float]
    y: tuple[float, float]

    def point(self, data: Vector) -> Vector:
        """Frame coordinates, shape (..., 2), of data coordinates."""
        low = np.array([self.x[0], self.y[0]])
        span = np.array([self.x[1] - self.x[0], self.y[1] - self.y[0]])
        size = np.array([self.region.width, self.region.height])
        place: Vector = np.array([self.region.left, self.region.bottom]) + (np.asarray(data) - low) / span * size
        return place


class Axes:
    """Both axes of a plot, fitted to a region.

    Attributes:
        frame: the map from data to the frame.
        mobject: grid, axis lines, numbers and names.
        texts: the numbers and names.
        zero_lines: ends of the two axis lines, each of shape (2, 2), in the frame.
    """

    def __init__(
        self,
        x: Axis,
        y: Axis,
        region: Region,
        *,
        rich: Callable[..., RichText],
        line_color: str,
        grid_color: str,
        equal: bool = False,
    ) -> None:
        self._rich = rich
        self._names = [rich(axis.label, role="muted", em=CAPTION_EM) if axis.label else None for axis in (x, y)]
        y_step = tick_step(y.min, y.max, region.height / _HIGH, y.step)
        y_numbers = self._numbers(y, y_step)
        x_step, x_numbers = self._spread(x, region)
        self.frame = PlotFrame(self._inner(x, y, region, x_numbers, y_numbers, equal), (x.min, x.max), (y.min, y.max))
        self._place(x_numbers, y_numbers)
        names = [name for name in self._names if name is not None]
        self.texts = [*x_numbers.values(), *y_numbers.values(), *names]
        x_zero, y_zero = min(max(0.0, x.min), x.max), min(max(0.0, y.min), y.max)
        ends = ([[x.min, y_zero], [x.max, y_zero]], [[x_zero, y.min], [x_zero, y.max]])
        self.zero_lines = [self.frame.point(np.array(pair)) for pair in ends]
        grid = [self.frame.point(np.array([[at, y.min], [at, y.max]])) for at in tick_values(x.min, x.max, x_step)]
        grid += [self.frame.point(np.array([[x.min, at], [x.max, at]])) for at in tick_values(y.min, y.max, y_step)]
        # The axes go through zero where the ranges have it, else along the edge.
        lines = [
            *(_line(pair, grid_color, 1.2, 0.6) for pair in grid),
            *(_line(pair, line_color, 2.6) for pair in self.zero_lines),
        ]
        self.mobject = VGroup(VGroup(*lines), *self.texts)

    def _numbers(self, axis: Axis, step: float) -> dict[float, RichText]:
        values = tick_values(axis.min, axis.max, step)
        return {value: self._rich(tick_label(value, step), role="muted", em=_NUMBER_EM) for value in values}

    def _spread(self, axis: Axis, region: Region) -> tuple[float, dict[float, RichText]]:
        """The x axis's step and numbers, spaced so that wide numbers stay apart."""
        room = _WIDE
        while True:
            step = tick_step(axis.min, axis.max, region.width / room, axis.step)
            numbers = self._numbers(axis, step)
            widest = max((text.width for text in numbers.values()), default=0.0)
            if widest + 0.3 <= step / (axis.max - axis.min) * region.width or len(numbers) <= 2:
                return step, numbers
            room *= 1.3

    def _inner(
        self,
        x: Axis,
        y: Axis,
        region: Region,
        x_numbers: dict[float, RichText],
        y_numbers: dict[float, RichText],
        equal: bool,
    ) -> Region:
        """The region less what numbers and names need."""
        left = max((text.width for text in y_numbers.values()), default=0.0) + _GAP
        below = max((text.height for text in x_numbers.values()), default=0.0) + _GAP
        if self._names[0] is not None:
            below += self._names[0].height + _GAP
        above = self._names[1].height + _GAP if self._names[1] is not None else CAP_HEIGHT * _NUMBER_EM / 2
        right = max((text.width / 2 for value, text in x_numbers.items() if value > x.max - 1e-9), default=0.05)
        inner = region.inset(left=left, bottom=below, top=above, right=right)
        if not equal:
            return inner
        unit = min(inner.width / (x.max - x.min), inner.height / (y.max - y.min))
        spare = [(inner.width - unit * (x.max - x.min)) / 2, (inner.height - unit * (y.max - y.min)) / 2]
        return inner.inset(left=spare[0], right=spare[0], bottom=spare[1], top=spare[1])

    def _place(self, x_numbers: dict[float, RichText], y_numbers: dict[float, RichText]) -> None:
        inner = self.frame.region
        lowest = inner.bottom
        # On one baseline: a fraction is higher than a digit.
        ascent = max((float(text.get_top()[1]) - text.first_baseline for text in x_numbers.values()), default=0.0)
        for value, text in x_numbers.items():
            place = self.frame.point(np.array([value, self.frame.y[0]]))
            text.place(place[0] - text.width / 2, inner.bottom - _GAP - ascent)
            lowest = min(lowest, float(text.get_bottom()[1]))
        for value, text in y_numbers.items():
            place = self.frame.point(np.array([self.frame.x[0], value]))
            text.move_to([inner.left - _GAP - text.width / 2, place[1], 0])
        x_name, y_name = self._names
        if x_name is not None:
            x_name.move_to([(inner.left + inner.right) / 2, lowest - _GAP - x_name.height / 2, 0])
        if y_name is not None:
            y_name.move_to([inner.left + y_name.width / 2, inner.top + _GAP + y_name.height / 2, 0])


def _line(ends: Vector, color: str, width: float, opacity: float = 1.0) -> Mobject:
    return Line(*([*end, 0.0] for end in ends), color=color, stroke_width=width, stroke_opacity=opacity)
