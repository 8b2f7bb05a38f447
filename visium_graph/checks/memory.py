"""What is remembered of mobjects between looks: faults of one moment may be meant, seen from another. Imports Manim."""

from __future__ import annotations

from typing import Any

import numpy as np

from visium_graph.checks.texts import Box

__all__ = ["Memory"]


class Memory:
    """States in which mobjects were seen. Holds the mobjects, so that their ids are not used again.

    Example:
        >>> memory, dot = Memory(), object()
        >>> memory.note("visible", dot)
        >>> memory.saw("visible", dot), memory.saw("large", dot)
        (True, False)
    """

    def __init__(self) -> None:
        self._states: set[tuple[str, int]] = set()
        self._kept: dict[int, Any] = {}
        self._frames: dict[int, Box] = {}
        self._legible: dict[int, list[Box]] = {}

    def note(self, state: str, mobject: Any) -> None:
        """A mobject is in a state."""
        self._kept[id(mobject)] = mobject
        self._states.add((state, id(mobject)))

    def saw(self, state: str, mobject: Any) -> bool:
        """Whether a mobject was ever in a state."""
        return (state, id(mobject)) in self._states

    def first_frame(self, mobject: Any, frame: Box) -> Box:
        """What the camera saw when a mobject was first looked at; `frame` is what it sees now."""
        self._kept[id(mobject)] = mobject
        return self._frames.setdefault(id(mobject), frame)

    def note_legible(self, mobject: Any, color: Box) -> None:
        """A text can be read in this colour (red, green, blue, opacity)."""
        self._kept[id(mobject)] = mobject
        known = self._legible.setdefault(id(mobject), [])
        if not known or not np.allclose(known[-1], color, atol=0.02):
            known.append(color)

    def legible_otherwise(self, mobject: Any, color: Box) -> bool:
        """Whether a text was ever legible in another colour: then it was dimmed, or is lit up, on purpose."""
        return any(not np.allclose(known, color, atol=0.02) for known in self._legible.get(id(mobject), ()))
