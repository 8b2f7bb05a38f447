"""Notation that can be meant in more than one way: every way is read, and only what all of them refute is false."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from visium_graph.checks.equations.tokens import NotUnderstood

__all__ = ["Choices", "all_readings"]

_MOST = 48
"""Readings of one formula; one with more is not understood."""

_T = TypeVar("_T")
_Option = TypeVar("_Option")


class Choices:
    """One way to read a formula: what each doubtful notation stands for, the same everywhere in it."""

    def __init__(self, taken: dict[str, int]) -> None:
        self._taken = taken
        self.met: dict[str, int] = {}
        """Name of each notation met -> how many meanings it has."""

    def choose(self, name: str, *options: _Option) -> _Option:
        """The meaning that this reading gives to a notation; the first is what its rules say."""
        self.met.setdefault(name, len(options))
        return options[self._taken.get(name, 0)]


def all_readings(read: Callable[[Choices], _T]) -> Iterator[_T]:
    """What `read` makes of a formula under every combination of the choices that it meets.

    Raises:
        NotUnderstood: there are too many.
    """
    waiting: list[dict[str, int]] = [{}]
    count = 0
    while waiting:
        taken = waiting.pop()
        choices = Choices(taken)
        count += 1
        if count > _MOST:
            raise NotUnderstood("too many ways to read it")
        yield read(choices)
        settled = dict(taken)
        for name, number in choices.met.items():
            if name not in taken:
                waiting += [settled | {name: option} for option in range(1, number)]
                settled[name] = 0
