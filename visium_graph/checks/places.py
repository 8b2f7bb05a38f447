"""Texts beyond the frame, or too near its edge. Imports Manim."""

from __future__ import annotations

from functools import partial

import numpy as np

from visium_graph.checks.fault import Fault
from visium_graph.checks.memory import Memory
from visium_graph.checks.picture import Picture
from visium_graph.checks.repair import inward_shift
from visium_graph.checks.texts import Box, ShownText

__all__ = ["place_faults"]

_EDGE = 0.03
"""Units beyond the frame that nobody sees."""
_MARGIN = 0.1
"""Units to the edge of the frame that a text needs, or screens crop it."""
_SIDES = ("left", "bottom", "right", "top")


def place_faults(picture: Picture, memory: Memory) -> list[Fault]:
    """What lies off the frame (`off-frame`), and what touches its margin (`near-edge`, a warning)."""
    found = []
    for text in picture.texts:
        fault = _off_frame(text, picture, memory)
        if fault is not None and not text.backdrop:
            found.append(fault)
    return found


def _off_frame(text: ShownText, picture: Picture, memory: Memory) -> Fault | None:
    frame, bounds = picture.frame, text.bounds
    first_frame = memory.first_frame(text.mobject, frame)
    beyond = np.concatenate([frame[:2] - bounds[:2], bounds[2:] - frame[2:]])
    side = int(np.argmax(beyond))
    away = bool((bounds[2:] < frame[:2]).any() or (bounds[:2] > frame[2:]).any())
    if not away:
        memory.note("inside", text.mobject)
    # A camera that moves leaves things behind and goes to others; only what was put under it as it is now counts.
    left_behind = picture.moving and (away or not np.allclose(frame, first_frame, atol=0.01))
    if beyond[side] <= _EDGE:
        memory.note("whole", text.mobject)
        return None if left_behind or picture.moving else _near_edge(text, frame, float(-beyond[side]), _SIDES[side])
    if left_behind:
        return None
    fault = Fault(
        "off-frame",
        f"{text.name} reaches {beyond[side]:.2f} units beyond the {_SIDES[side]} edge of the frame",
        inward_shift(bounds, frame),
        (text.mobject,),
    )
    if away:
        # Parked outside, or leaving that way: known only at the end.
        fault.message = (
            f"{text.name} lies wholly outside the frame, {beyond[side]:.2f} units beyond the {_SIDES[side]} edge"
        )
        fault.excuse = partial(memory.saw, "inside", text.mobject)
    elif picture.moving:
        fault.excuse = partial(memory.saw, "whole", text.mobject)
    return fault


def _near_edge(text: ShownText, frame: Box, distance: float, side: str) -> Fault | None:
    if distance >= _MARGIN:
        return None
    message = f"{text.name} is only {max(distance, 0.0):.2f} units from the {side} edge of the frame"
    return Fault("near-edge", message, inward_shift(text.bounds, frame), (text.mobject,), "warning")
