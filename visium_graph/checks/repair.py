"""Repairs of places that hold by arithmetic: where a box can go, and how small it must be."""

from __future__ import annotations

import numpy as np

from visium_graph.checks.texts import Box, Boxes

__all__ = ["clear_shift", "inward_shift"]

_WAYS = {"DOWN": (0.0, -1.0), "UP": (0.0, 1.0), "LEFT": (-1.0, 0.0), "RIGHT": (1.0, 0.0)}
_STEPS = np.arange(1, 51) / 10
_GAP = 0.1
"""Units between a text that was moved and what it was moved away from."""
_MARGIN = 0.25


def clear_shift(box: Box, obstacles: Boxes, frame: Box) -> str | None:
    """The shortest way up, down, left or right on which a box leaves all obstacles and stays in the frame.

    Example:
        >>> clear_shift(np.array([0, 0, 1, 1]), np.array([[0, 0.5, 1, 2]]), np.array([-7, -4, 7, 4]))
        'move it 0.7 down: .shift(0.7 * DOWN)'
    """
    best: tuple[float, str] | None = None
    for way, direction in _WAYS.items():
        moved = box[None, :] + _STEPS[:, None] * np.tile(direction, 2)
        within = (moved[:, :2] >= frame[:2] + _MARGIN).all(axis=1) & (moved[:, 2:] <= frame[2:] - _MARGIN).all(axis=1)
        gap = np.maximum(moved[:, None, :2] - obstacles[None, :, 2:], obstacles[None, :, :2] - moved[:, None, 2:]).max(
            axis=2
        )
        free = within & (gap >= _GAP - 1e-9).all(axis=1)
        if free.any():
            length = float(_STEPS[np.argmax(free)])
            if best is None or length < best[0]:
                best = (length, way)
    if best is None:
        return None
    length, way = best
    return f"move it {length:.1f} {way.lower()}: .shift({length:.1f} * {way})"


def inward_shift(box: Box, frame: Box) -> str:
    """The way back into the frame, or the scale at which a box fits into it."""
    room, size = frame[2:] - frame[:2] - 0.5, box[2:] - box[:2]
    if (size > room).any():
        axis = int(np.argmax(size / room))
        scale = np.floor(100 * room[axis] / size[axis]) / 100
        return (
            f"it is {size[axis]:.1f} units {('wide', 'high')[axis]} and the frame {room[axis] + 0.5:.1f}: "
            f"break it up, or scale it to {scale:.2f}: .scale({scale:.2f}) and .move_to(ORIGIN)"
        )
    steps = []
    for axis, (low, high) in enumerate((("RIGHT", "LEFT"), ("UP", "DOWN"))):
        under = frame[axis] + _MARGIN - box[axis]
        over = box[axis + 2] - frame[axis + 2] + _MARGIN
        if max(under, over) > 1e-6:  # rounding
            steps.append((np.ceil(10 * max(under, over) - 1e-6) / 10, low if under > over else high))
    words = " and ".join(f"{length:.1f} {way.lower()}" for length, way in steps)
    return f"move it {words}: .shift({' + '.join(f'{length:.1f} * {way}' for length, way in steps)})"
