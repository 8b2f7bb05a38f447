"""Small drawings of parts of a picture: where ink is, and which colour a viewer sees there. Imports Manim."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import cairo
import numpy as np
from numpy.typing import NDArray

from visium_graph.checks.picture import Drawn
from visium_graph.checks.texts import Box

__all__ = ["Canvas", "Colors", "Mask", "contrast"]

Mask = NDArray[np.bool_]
"""Shape (rows, columns); rows count upwards."""
Colors = NDArray[np.float64]
"""Shape (rows, columns, 4): red, green, blue and opacity from 0 to 1, colours not multiplied by the opacity."""

_LINE_UNIT = 0.01
"""Manim units in one unit of stroke width."""
_MOST_PIXELS = 400
"""Width and height of a canvas, at most."""


class Canvas:
    """A rectangle of the frame to draw on, again and again.

    Example:
        >>> canvas = Canvas(np.array([0.0, 0.0, 2.0, 1.0]), density=40)
        >>> canvas.rows, canvas.columns
        (40, 80)
    """

    def __init__(self, box: Box, density: float) -> None:
        """Make a canvas.

        Args:
            box: left, bottom, right, top in Manim units.
            density: pixels a unit; less where the canvas would become too large.
        """
        self.box = box
        size = np.maximum(box[2:] - box[:2], 1e-3)
        self.density = float(min(density, _MOST_PIXELS / size.max()))
        self.columns, self.rows = (np.ceil(size * self.density - 1e-6).astype(int).clip(1)).tolist()

    def ink(self, mobjects: Iterable[Any], *, smooth: bool = False) -> Mask:
        """Where the fills of mobjects are, and the strokes of those without any."""
        return self._mask(mobjects, None, smooth=smooth)

    def line(self, mobject: Any, least: float) -> Mask:
        """Where the line of a mobject is, drawn at least so many units wide."""
        return self._mask([mobject], max(least, mobject.get_stroke_width() * _LINE_UNIT), smooth=False)

    def colors(self, mobjects: Iterable[Any], background: NDArray[np.float64] | None = None) -> Colors:
        """What these mobjects look like, over a background colour or over nothing."""
        surface, context = self._surface(cairo.FORMAT_ARGB32, smooth=False)
        if background is not None:
            context.set_source_rgb(*background)
            context.paint()
        for mobject in mobjects:
            _paint(context, mobject)
        surface.flush()
        data = np.frombuffer(surface.get_data(), dtype=np.uint8).reshape(self.rows, -1, 4)[:, : self.columns]
        colors = data[..., [2, 1, 0, 3]] / 255
        return np.concatenate([colors[..., :3] / np.maximum(colors[..., 3:], 1e-6), colors[..., 3:]], axis=-1)

    def _mask(self, mobjects: Iterable[Any], line_width: float | None, *, smooth: bool) -> Mask:
        surface, context = self._surface(cairo.FORMAT_A8, smooth=smooth)
        for mobject in mobjects:
            _trace(context, mobject.points)
            if line_width is not None:
                context.set_line_width(line_width)
                context.stroke()
            elif mobject.get_fill_opacity() > 0:
                context.fill()
            else:
                context.set_line_width(max(mobject.get_stroke_width() * _LINE_UNIT, 1 / self.density))
                context.stroke()
        surface.flush()
        data = np.frombuffer(surface.get_data(), dtype=np.uint8).reshape(self.rows, surface.get_stride())
        return data[:, : self.columns] > 127  # half covered

    def _surface(self, kind: cairo.Format, *, smooth: bool) -> tuple[cairo.ImageSurface, cairo.Context[Any]]:
        surface = cairo.ImageSurface(kind, self.columns, self.rows)
        context = cairo.Context(surface)
        if not smooth:
            context.set_antialias(cairo.ANTIALIAS_NONE)
        context.scale(self.density, self.density)
        context.translate(-self.box[0], -self.box[1])
        return surface, context

    def inside(self, item: Drawn) -> Mask:
        """Where something opaque covers the canvas: its fill, or the whole of a picture."""
        if not item.image:
            return self.ink([item.mobject])
        low = (item.mobject.points[:, :2].min(axis=0) - self.box[:2]) * self.density
        high = (item.mobject.points[:, :2].max(axis=0) - self.box[:2]) * self.density
        mask = np.zeros((self.rows, self.columns), dtype=bool)
        (left, bottom), (right, top) = np.maximum(low, 0).astype(int), np.maximum(high, 0).astype(int)
        mask[bottom:top, left:right] = True
        return mask


def _trace(context: cairo.Context[Any], points: NDArray[np.float64]) -> None:
    """Put the cubic curves of a mobject's points on the path; what ends where it began is closed."""
    curves = points[: len(points) // 4 * 4, :2].reshape(-1, 4, 2)
    if not len(curves):
        return
    joined = np.isclose(curves[1:, 0], curves[:-1, 3], atol=1e-5).all(axis=1)
    starts = [0, *(np.flatnonzero(~joined) + 1).tolist(), len(curves)]
    rows = curves[:, 1:].reshape(-1, 6).tolist()
    for first, last in pairwise(starts):
        context.move_to(*curves[first, 0])
        for row in rows[first:last]:
            context.curve_to(*row)
        if np.allclose(curves[first, 0], curves[last - 1, 3], atol=1e-5):
            context.close_path()


def _paint(context: cairo.Context[Any], mobject: Any) -> None:
    _trace(context, mobject.points)
    if mobject.get_stroke_width(background=True) > 0:
        _set_color(context, mobject, mobject.get_stroke_rgbas(background=True))
        context.set_line_width(mobject.get_stroke_width(background=True) * _LINE_UNIT)
        context.stroke_preserve()
    _set_color(context, mobject, mobject.get_fill_rgbas())
    context.fill_preserve()
    if mobject.get_stroke_width() > 0:
        _set_color(context, mobject, mobject.get_stroke_rgbas())
        context.set_line_width(mobject.get_stroke_width() * _LINE_UNIT)
        context.stroke_preserve()
    context.new_path()


def _set_color(context: cairo.Context[Any], mobject: Any, rgbas: NDArray[np.float64]) -> None:
    if len(rgbas) == 1:
        context.set_source_rgba(*rgbas[0])
        return
    start, end = mobject.get_gradient_start_and_end_points()
    gradient = cairo.LinearGradient(start[0], start[1], end[0], end[1])
    for offset, rgba in zip(np.linspace(0, 1, len(rgbas)), rgbas, strict=True):
        gradient.add_color_stop_rgba(offset, *rgba)
    context.set_source(gradient)


def contrast(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """WCAG contrast ratios of colours, shape (..., 3), values from 0 to 1: from 1 (the same) to 21 (black and white)."""
    light, dark = _luminance(first), _luminance(second)
    return (np.maximum(light, dark) + 0.05) / (np.minimum(light, dark) + 0.05)


def _luminance(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.where(colors <= 0.04045, colors / 12.92, ((np.maximum(colors, 0) + 0.055) / 1.055) ** 2.4)  # sRGB
    weights: NDArray[np.float64] = np.array([0.2126, 0.7152, 0.0722])
    return np.asarray(linear @ weights, dtype=np.float64)
