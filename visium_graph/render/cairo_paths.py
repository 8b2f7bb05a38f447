"""Outlines as Cairo takes them, kept by their shape: a letter that moves or fades is the same letter.

Manim hands Cairo every curve of an outline anew, each by a call from Python, for every frame in which it is drawn. Nine of
ten outlines differ from one that was drawn before by their place alone.
"""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
from manim import Camera, VMobject
from numpy.typing import NDArray

__all__ = ["Outline", "Outlines", "shape_and_place"]

Points = NDArray[np.float64]

_MOST = 4096
"""Outlines kept at a time; a transformation makes new ones with every frame."""
_SCALE = 4096.0
"""Cairo keeps coordinates to a 256th of a pixel. Outlines to be kept are built this many pixels to the unit."""
_REACH = 1000.0
"""Units from the origin up to which such coordinates fit into Cairo's numbers."""


def shape_and_place(points: Points) -> tuple[bytes, tuple[float, float]]:
    """What stays of control points when they are moved in the plane, and where the first one lies.

    Args:
        points: shape (n, 3), n > 0. The third dimension is not drawn.
    """
    flat = points[:, :2]
    # In half the precision the rounding of an animation's arithmetic does not show.
    return (flat - flat[0]).astype(np.float32).tobytes(), (float(flat[0, 0]), float(flat[0, 1]))


class Outline:
    """One shape, for all places it is drawn at."""

    def __init__(self, points: Points, camera: Camera) -> None:
        flat = points[:, :2] - points[0, :2]
        # Of the handles too: a curve lies within them.
        self.low, self.high = tuple(flat.min(axis=0).tolist()), tuple(flat.max(axis=0).tolist())
        self._camera = camera
        self._traced = False
        self._path: Any = None
        self._origin = (0.0, 0.0)

    def trace(self, context: Any, mobject: VMobject) -> None:
        """Make it the context's path, at the mobject's place. The first time as Manim does, then from what was kept."""
        points = mobject.points
        if self._path is None and (not self._traced or np.abs(points[:, :2]).max() > _REACH):
            self._traced = True
            self._camera.set_cairo_context_path(context, mobject)
            return
        if self._path is None:
            self._path, self._origin = self._built(mobject), (points[0, 0], points[0, 1])
        matrix = context.get_matrix()
        context.translate(points[0, 0] - self._origin[0], points[0, 1] - self._origin[1])
        context.new_path()
        context.append_path(self._path)
        context.set_matrix(matrix)

    def _built(self, mobject: VMobject) -> Any:
        context = cairo.Context(cairo.ImageSurface(cairo.FORMAT_A8, 1, 1))
        context.scale(_SCALE, _SCALE)
        self._camera.set_cairo_context_path(context, mobject)
        return context.copy_path()


class Outlines:
    """Outlines by shape."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._known: dict[bytes, Outline] = {}

    def of(self, shape: bytes, points: Points) -> Outline:
        """The outline of this shape (see `shape_and_place`), which these points have."""
        outline = self._known.get(shape)
        if outline is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            outline = self._known[shape] = Outline(points, self._camera)
        return outline
