"""Plane geometry behind figures and plots: poses, fitting to a region, and where an upright label stands.

Two coordinate systems: a figure's own (its author's), and the frame's (Manim units). Shapes scale from the one to the
other; labels do not, so that they stay readable at any scale. Points are arrays of shape (2,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visium_graph.stage.layouts.base import Region

__all__ = [
    "Extent",
    "Frame",
    "Pose",
    "Vector",
    "corner_center",
    "fit_frame",
    "inner_point",
    "label_center",
    "normal",
    "polar",
    "unit",
]

Vector = NDArray[np.float64]


def unit(vector: Vector) -> Vector:
    """The vector at length 1; the zero vector becomes (1, 0)."""
    length = float(np.hypot(*vector))
    return vector / length if length > 0 else np.array([1.0, 0.0])


def normal(start: Vector, end: Vector, side: Literal["left", "right"]) -> Vector:
    """The unit vector across a segment, towards the side as seen walking from start to end."""
    dx, dy = unit(end - start)
    return np.array([-dy, dx]) if side == "left" else np.array([dy, -dx])


def polar(angle: float, radius: float = 1.0) -> Vector:
    """The point at this angle (radians) and distance from the origin."""
    return radius * np.array([np.cos(angle), np.sin(angle)])


def label_center(anchor: Vector, direction: Vector, size: Vector, gap: float) -> Vector:
    """Middle of an upright label (width, height) beside an anchor, clear of the line across `direction` by `gap`."""
    reach = float(np.abs(direction) @ size) / 2
    return anchor + direction * (gap + reach)


def corner_center(point: Vector, direction: Vector, size: Vector, gap: float) -> Vector:
    """Middle of an upright label beside a point: above it, right of it, or with its nearest corner `gap` away."""
    center: Vector = point + direction * gap + np.clip(direction * np.sqrt(2), -1, 1) * size / 2
    return center


@dataclass(frozen=True)
class Pose:
    """Where a piece has been moved to: turned about the figure's origin by an angle in radians, then shifted."""

    angle: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def matrix(self) -> Vector:
        """The rotation, shape (2, 2), for points as rows: `points @ matrix.T`."""
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])

    def apply(self, points: Vector) -> Vector:
        """Points, shape (..., 2), at this pose."""
        moved: Vector = points @ self.matrix.T + np.array(self.shift)
        return moved

    def moved(self, *, turn: float, about: Vector, by: Vector) -> Pose:
        """The pose after a further turn (radians) about a point and a shift."""
        rotation = Pose(turn).matrix
        x, y = rotation @ (np.array(self.shift) - about) + about + by
        return Pose(self.angle + turn, (float(x), float(y)))


@dataclass(frozen=True)
class Extent:
    """How far something reaches around points, shape (n, 2), of the figure: `low` and `high` are in Manim units."""

    points: Vector
    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Frame:
    """The map from a figure to the frame: `scale` Manim units a figure unit, and where the figure's origin lies."""

    scale: float
    origin: Vector

    def point(self, points: Vector) -> Vector:
        """Frame coordinates, shape (..., 2), of figure coordinates."""
        return np.asarray(points, dtype=float) * self.scale + self.origin


def fit_frame(extents: Sequence[Extent], region: Region) -> Frame:
    """The largest scale at which everything lies in the region, and the figure as a whole in its middle.

    Where the labels alone are larger than the region, the scale is tiny and the caller has to shrink the labels.
    """
    points = np.concatenate([extent.points for extent in extents])
    low = np.concatenate([np.tile(extent.low, (len(extent.points), 1)) for extent in extents])
    high = np.concatenate([np.tile(extent.high, (len(extent.points), 1)) for extent in extents])
    room = np.array([region.width, region.height])
    span = np.maximum(np.ptp(points, axis=0), 1e-9)

    def box(scale: float) -> tuple[Vector, Vector]:
        return (points * scale + low).min(axis=0), (points * scale + high).max(axis=0)

    def fits(scale: float) -> bool:
        bottom, top = box(scale)
        return bool(np.all(top - bottom <= room + 1e-9))

    smallest, largest = 0.0, float((room / span).min())
    if fits(largest):
        smallest = largest
    for _ in range(50 if smallest == 0.0 else 0):
        middle = (smallest + largest) / 2
        smallest, largest = (middle, largest) if fits(middle) else (smallest, middle)
    scale = max(smallest, 1e-6 * largest)
    bottom, top = box(scale)
    return Frame(scale, region.center[:2] - (bottom + top) / 2)


def inner_point(vertices: Vector) -> tuple[Vector, float]:
    """A point well inside a polygon, shape (n, 2), and its distance to the edges: where a label sits.

    The centroid serves where it lies deep enough; otherwise the deepest point of a grid does.
    """
    centroid = _centroid(vertices)
    depth = _depth(vertices, centroid[None])[0]
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    steps = np.linspace(0.02, 0.98, 25)
    grid = low + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * (high - low)
    depths = _depth(vertices, grid)
    best = int(depths.argmax())
    if depth >= 0.7 * depths[best]:
        return centroid, float(depth)
    return grid[best], float(depths[best])


def _centroid(vertices: Vector) -> Vector:
    following = np.roll(vertices, -1, axis=0)
    cross = vertices[:, 0] * following[:, 1] - following[:, 0] * vertices[:, 1]
    area = cross.sum() / 2
    if abs(area) < 1e-12:
        return vertices.mean(axis=0)  # type: ignore[no-any-return]
    return ((vertices + following) * cross[:, None]).sum(axis=0) / (6 * area)  # type: ignore[no-any-return]


def _depth(vertices: Vector, points: Vector) -> Vector:
    """Distance of points, shape (m, 2), to the polygon's edges: negative outside."""
    start, edge = vertices[None], (np.roll(vertices, -1, axis=0) - vertices)[None]
    offset = points[:, None] - start
    along = np.clip((offset * edge).sum(-1) / np.maximum((edge**2).sum(-1), 1e-18), 0, 1)
    distance = np.hypot(*np.moveaxis(offset - along[..., None] * edge, -1, 0)).min(axis=1)
    # Even-odd rule: a ray to the right crosses the edges an odd number of times from inside.
    end = start + edge
    straddles = (start[..., 1] > points[:, None, 1]) != (end[..., 1] > points[:, None, 1])
    rise = np.where(edge[..., 1] == 0, 1.0, edge[..., 1])
    x = start[..., 0] + edge[..., 0] * (points[:, None, 1] - start[..., 1]) / rise
    inside = (straddles & (x > points[:, None, 0])).sum(axis=1) % 2 == 1
    depth: Vector = np.where(inside, distance, -distance)
    return depth
