"""Glyph outlines: SVG path data to the cubic Bezier points that Manim draws."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import svgelements  # type: ignore[import-untyped]  # it has no annotations

__all__ = ["Points", "outline", "rectangle_outline"]

Points = npt.NDArray[np.float64]
"""Control points of cubic curves, shape (4 * curves, 2), in the path's own units."""


@lru_cache(maxsize=4096)
def outline(path: str) -> Points:
    """Control points of a path's curves, every subpath closed. The array is shared: do not write to it."""
    curves: list[list[complex]] = []
    pen = start = 0j
    for segment in svgelements.Path(path):
        end = _complex(segment.end) if segment.end is not None else start
        if isinstance(segment, svgelements.Move):
            _close(curves, pen, start)
            start = end
        elif isinstance(segment, svgelements.CubicBezier):
            curves.append([pen, _complex(segment.control1), _complex(segment.control2), end])
        elif isinstance(segment, svgelements.QuadraticBezier):
            control = _complex(segment.control)
            curves.append([pen, (pen + 2 * control) / 3, (2 * control + end) / 3, end])
        elif isinstance(segment, svgelements.Line):
            curves.append(_line(pen, end))
        else:  # Close; glyphs have no arcs
            _close(curves, pen, start)
            end = start
        pen = end
    _close(curves, pen, start)
    flat = np.array(curves, dtype=np.complex128).reshape(-1)
    points = np.column_stack([flat.real, flat.imag])
    points.setflags(write=False)
    return points


def rectangle_outline(x: float, y: float, width: float, height: float) -> Points:
    """Control points of an upright rectangle with its corner at (x, y), drawn counter-clockwise for y up."""
    corners = [complex(x, y), complex(x + width, y), complex(x + width, y + height), complex(x, y + height)]
    curves = [_line(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    flat = np.array(curves, dtype=np.complex128).reshape(-1)
    return np.column_stack([flat.real, flat.imag])


def _complex(point: Any) -> complex:
    return complex(point.x, point.y)


def _line(start: complex, end: complex) -> list[complex]:
    return [start, (2 * start + end) / 3, (start + 2 * end) / 3, end]


def _close(curves: list[list[complex]], pen: complex, start: complex) -> None:
    if abs(pen - start) > 1e-9:
        curves.append(_line(pen, start))
