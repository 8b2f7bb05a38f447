"""What is wrong with the places of things on screen, measured on live mobjects around every animation and wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from visium_graph.checks.fault import Fault
from visium_graph.checks.leftovers import Leftovers
from visium_graph.checks.legibility import legibility_faults
from visium_graph.checks.lines import line_faults
from visium_graph.checks.memory import Memory
from visium_graph.checks.origins import Names, line_of
from visium_graph.checks.overlaps import overlap_faults
from visium_graph.checks.picture import Picture, meet
from visium_graph.checks.places import place_faults

__all__ = ["Fault", "Geometry", "Look"]

_SHORTEST = 0.3
"""Seconds that a fault must last: what passes within an animation is movement, not a mistake."""
_LONG = {"left-behind": 1.0}
"""Rules whose faults must last longer."""
_FAINT = 0.2
"""Opacity up to which a text is not taken for readable."""
_MOST_TEXTS = 60
_LONGEST_TEXT = 200


class Look:
    """What was seen at one moment.

    Attributes:
        faults: by their keys.
        empty: whether there was nothing at all.
        texts: what every text and formula says that can be seen, as it was written; None where they cannot be told,
            because the scene has depth.
    """

    def __init__(self, faults: list[Fault], picture: Picture) -> None:
        self.faults = {fault.key: fault for fault in faults}
        self.empty = picture.empty
        self.texts = None if picture.deep else _texts(picture)


class Geometry:
    """Looks at a scene before and after each animation and keeps the faults that last.

    Example:
        >>> geometry = Geometry(names)  # doctest: +SKIP
        >>> before = geometry.look(scene)
        >>> geometry.hold(before, geometry.look(scene), start=0.0, end=1.0)

    Attributes:
        names: what the scene's code calls its mobjects.
        blanks: times, in seconds, at which a still picture had nothing on it.
        texts: beat index -> `Look.texts` at its end.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self._memory = Memory()
        self._leftovers = Leftovers()
        self._faults: dict[tuple[object, ...], Fault] = {}
        self.blanks: list[tuple[float, float]] = []
        self.texts: dict[int, list[str] | None] = {}
        self._last: Look | None = None

    def look(self, scene: Any) -> Look:
        """The faults at this moment."""
        picture = Picture(scene)
        faults = [
            *place_faults(picture, self._memory),
            *overlap_faults(picture),
            *legibility_faults(picture, self._memory),
            *line_faults(picture),
            *self._leftovers.look(picture),
        ]
        self._last = Look(faults, picture)
        return self._last

    def note_beats(self, marks: Iterable[tuple[int, int, int]]) -> None:
        """Keep what the last look showed for every beat that has ended since; called before anything new happens.

        Args:
            marks: what the scene spoke so far: beat index, first frame, frame after the last.
        """
        for index, _, _ in marks:
            if index not in self.texts and self._last is not None:
                self.texts[index] = self._last.texts

    def hold(self, before: Look, after: Look, start: float, end: float, *, still: bool = False) -> None:
        """Note that the scene went from one state to the other: what is in both was there all the time.

        Args:
            before: the look at the start.
            after: the look at the end.
            start: in seconds from the scene's start.
            end: likewise.
            still: nothing was animated.
        """
        for key, first in before.faults.items():  # in their order: a set of ids would have another in every run
            if key not in after.faults:
                continue
            fault = self._faults.get(key)
            if fault is None:
                fault = self._faults[key] = first
                fault.start = start
                fault.names = [self._named(item) for item in fault.objects]
            fault.lasted += end - start
            fault.end = end
        if still and before.empty and after.empty:
            self.blanks.append((start, end))

    def faults(self) -> list[Fault]:
        """Everything that lasted and has no excuse, in order of its start."""
        lasting = [
            fault
            for fault in self._faults.values()
            if fault.lasted >= _LONG.get(fault.rule, _SHORTEST) and not (fault.excuse is not None and fault.excuse())
        ]
        return sorted(lasting, key=lambda fault: (fault.start, line_of(fault.objects[0])))

    def _named(self, item: Any) -> str:
        name, line = self.names.name(item), line_of(item)
        if name is None:
            return f"line {line}" if line else ""
        return f"`{name}`, line {line}" if line else f"`{name}`"


def _texts(picture: Picture) -> list[str]:
    seen = (
        " ".join(text.words.split())[:_LONGEST_TEXT]
        for text in picture.texts
        if text.opacity > _FAINT and not text.tick_label and meet(text.bounds, picture.frame)
    )
    return [words for words in seen if words][:_MOST_TEXTS]
