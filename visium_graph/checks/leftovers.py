"""Marks and shapes that stay although what they belonged to has gone. Imports Manim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import Arrow, Brace, BraceLabel, CoordinateSystem, Cross, CurvedArrow, SurroundingRectangle, Underline

from visium_graph.checks.fault import Fault
from visium_graph.checks.picture import Picture, grown, meet
from visium_graph.checks.texts import Box, is_text

__all__ = ["Leftovers"]

_MARKS = (SurroundingRectangle, Underline, Cross, Brace, BraceLabel, Arrow, CurvedArrow)
"""Things that mean nothing without what they are next to."""
_NEAR = 0.35
"""Units from a mark to what it marks."""
_OVERLAP = 0.25
"""Share of the smaller box that two boxes have in common when one is in the other's way."""
_HELD = 0.05
_LARGE = 0.4
"""Share of the frame from which on a thing is a ground for others."""


@dataclass
class _Thing:
    mobject: Any
    box: Box
    look: int
    """Number of the look at which it came."""
    neighbours: list[Any]
    """What it stood next to when it came."""


class Leftovers:
    """Follows the mobjects of a scene from look to look.

    Only clear cases count: a mark all of whose neighbours have gone, and a shape that lost a companion and now lies
    across something new.
    """

    def __init__(self) -> None:
        self._things: dict[int, _Thing] = {}
        self._since: dict[int, tuple[Any, int]] = {}
        """Everything with ink that was ever there, as part of whatever, and the look at which it came."""
        self._looks = 0

    def look(self, picture: Picture) -> list[Fault]:
        """The leftovers at this moment (`left-behind`, a warning)."""
        self._looks += 1
        present = {id(mobject): (mobject, box) for mobject in picture.mobjects if (box := _box_of(mobject)) is not None}
        new = [key for key in present if key not in self._things]
        for key in list(self._things):
            if key in present and not np.allclose(self._things[key].box, present[key][1], atol=0.05):
                self._things[key].box = present[key][1]  # it was moved: it has its place among what is there now
                new.append(key)
        for key in new:
            mobject, box = present[key]
            others = [(other, its) for other, its in present.values() if other is not mobject]
            near = [other for other, its in others if meet(grown(box, _NEAR), its)]
            self._things[key] = _Thing(mobject, box, self._came(mobject), near)
        return self._faults(present, picture.frame)

    def _came(self, mobject: Any) -> int:
        """The look at which a thing came: a group of things that were there already is nothing new."""
        looks = [
            self._since.setdefault(id(part), (part, self._looks))[1]
            for part in mobject.get_family()
            if len(part.points)
        ]
        moved = id(mobject) in self._things
        return self._looks if moved else min(looks, default=self._looks)

    def _faults(self, present: dict[int, tuple[Any, Box]], frame: Box) -> list[Fault]:
        found = []
        for key, (mobject, box) in present.items():
            neighbours = self._things[key].neighbours
            if not neighbours or any(id(other) in present for other in neighbours) or len(present) == 1:
                continue
            kind = type(mobject).__name__
            if isinstance(mobject, _MARKS):
                if not any(other is not mobject and meet(grown(box, _NEAR), its) for other, its in present.values()):
                    found.append(_fault(f"a {kind} is left behind: what it stood next to has gone", (mobject,)))
                continue
            for other, its in present.values():
                later = self._things[id(other)].look > self._things[key].look
                if later and _in_the_way(mobject, other) and _cross(box, its, frame):
                    message = f"a {kind} is left behind from before and lies across a new {type(other).__name__}"
                    found.append(_fault(message, (mobject, other)))
        return found


def _in_the_way(old: Any, new: Any) -> bool:
    return not any(is_text(thing) or isinstance(thing, (*_MARKS, CoordinateSystem)) for thing in (old, new))


def _cross(old: Box, new: Box, frame: Box) -> bool:
    """Whether two boxes share a good part and neither holds the other, nor is a ground for everything."""
    common = np.prod(np.clip(np.minimum(old[2:], new[2:]) - np.maximum(old[:2], new[:2]), 0, None))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (old, new)]
    holds = [
        bool((a[:2] <= b[:2] + _HELD).all() and (a[2:] >= b[2:] - _HELD).all()) for a, b in ((old, new), (new, old))
    ]
    ground = max(areas) > _LARGE * float(np.prod(frame[2:] - frame[:2]))
    return not ground and not any(holds) and float(common) > _OVERLAP * min(areas)


def _fault(message: str, objects: tuple[Any, ...]) -> Fault:
    return Fault("left-behind", message, "fade it out together with what it belongs to", objects, "warning")


def _box_of(mobject: Any) -> Box | None:
    parts = [part.points[:, :2] for part in mobject.get_family() if len(part.points)]
    if not parts:
        return None
    points = np.concatenate(parts)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])
