"""Where a label goes: of the candidate places the one that covers least of what is drawn. Lengths in Manim units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from visium_graph.stage.geometry import Vector, corner_center, label_center, polar, unit
from visium_graph.stage.layouts.base import Region

__all__ = ["Candidate", "Places", "around", "beside"]

_SPACING = 0.04
"""Distance of the points that stand for a drawn line."""
_CLEARANCE = 0.06
"""Kept free around a label."""
_APART = 0.14
"""Kept free between two labels, in addition."""
_NEAR = 0.25
"""So near to a label, other lines could be taken for what it names."""
_ANGLES = (45, 135, 90, 315, 225, 0, 180, 270, 65, 25, 115, 155, 295, 335, 245, 205)
"""Directions from a point to its label, in degrees, the best-liked first."""


@dataclass(frozen=True)
class Candidate:
    """A place for a label's middle, and what it costs to prefer another: 0 is the best liked."""

    center: Vector
    cost: float = 0.0


@dataclass
class Places:
    """What is drawn so far, for labels to keep clear of."""

    region: Region
    """Labels stay within."""
    ink: list[Vector] = field(default_factory=list)
    """Points, each array of shape (n, 2), along all that is drawn."""
    boxes: list[tuple[Vector, Vector]] = field(default_factory=list)
    """Lower left and upper right corners of the labels that are placed."""

    def draw(self, points: Vector) -> None:
        """Remember a polyline, shape (n, 2)."""
        lengths = np.hypot(*np.diff(points, axis=0).T)
        along = np.concatenate([[0.0], np.cumsum(lengths)])
        if along[-1] > 0:
            steps = np.linspace(0.0, along[-1], max(2, int(along[-1] / _SPACING)))
            points = np.column_stack([np.interp(steps, along, points[:, axis]) for axis in (0, 1)])
        self.ink.append(points)

    def choose(self, size: Vector, candidates: Iterable[Candidate]) -> Vector:
        """The middle of the best place for a label (width, height); it is remembered as taken."""
        ink = np.concatenate(self.ink) if self.ink else np.empty((0, 2))
        best = min(candidates, key=lambda candidate: self._cost(candidate, size, ink))
        center = self._inside(best.center, size)
        self.boxes.append((center - size / 2, center + size / 2))
        return center

    def _cost(self, candidate: Candidate, size: Vector, ink: Vector) -> float:
        center = self._inside(candidate.center, size)
        low, high = center - size / 2 - _CLEARANCE, center + size / 2 + _CLEARANCE
        covered, near = (
            float(np.all((ink >= low - margin) & (ink <= high + margin), axis=1).sum()) * _SPACING
            for margin in (0.0, _NEAR)
        )
        low, high = low - _APART, high + _APART
        overlap = sum(float(np.prod(np.clip(np.minimum(high, b) - np.maximum(low, a), 0, None))) for a, b in self.boxes)
        pushed = float(np.hypot(*(center - candidate.center)))
        return (
            candidate.cost
            + 0.2 * near
            + (1 + 3 * covered if covered else 0)
            + (2 + 40 * overlap if overlap else 0)
            + 4 * pushed
        )

    def _inside(self, center: Vector, size: Vector) -> Vector:
        """The nearest middle at which the label lies in the region."""
        low = np.array([self.region.left, self.region.bottom]) + size / 2
        high = np.array([self.region.right, self.region.top]) - size / 2
        return np.clip(center, np.minimum(low, high), np.maximum(low, high))


def around(point: Vector, size: Vector, gap: float) -> Iterator[Candidate]:
    """Places around a point: upper right first, then the other corners and sides, near and a little farther."""
    for farther in (0.0, 0.2, 0.5):
        for rank, angle in enumerate(_ANGLES):
            direction = polar(np.deg2rad(angle))
            yield Candidate(corner_center(point, direction, size, gap + farther), 0.03 * rank + 2 * farther)


def beside(line: Vector, size: Vector, gap: float, *, prefer: float = 0.5, upper: bool = True) -> Iterator[Candidate]:
    """Places on both sides along a polyline, shape (n, 2).

    Args:
        line: the polyline.
        size: of the label.
        gap: between line and label.
        prefer: where along the line it is liked best, from 0 to 1.
        upper: whether the side above is liked better.
    """
    lengths = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    for share in np.linspace(0.04, 0.96, 24):
        place = share * along[-1]
        at, before, after = (
            np.array([np.interp(place + step, along, line[:, axis]) for axis in (0, 1)])
            for step in (0.0, -0.02 * along[-1], 0.02 * along[-1])
        )
        dx, dy = unit(after - before)
        above = np.array([-dy, dx]) * (1 if dx >= 0 else -1)
        for side in (1, -1):
            dislike = 0.0 if (side == 1) == upper else 0.12
            yield Candidate(label_center(at, side * above, size, gap), 0.7 * abs(share - prefer) + dislike)
