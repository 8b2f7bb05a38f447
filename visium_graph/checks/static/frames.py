"""What is known of the names of one scope where the walk stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from visium_graph.checks.static.scopes import Scope
from visium_graph.checks.static.values import LocalClass, LocalFunction, Value, joined

__all__ = ["Flow", "Frame", "Loop", "merged"]

Flow = dict[str, Value] | None
"""The value of every name that is bound for sure or perhaps; None where the code cannot be reached."""


@dataclass(eq=False)
class Loop:
    """A loop while its body is walked: what is known where it is left or begun again."""

    breaks: list[dict[str, Value]] = field(default_factory=list)
    continues: list[dict[str, Value]] = field(default_factory=list)


@dataclass(eq=False)
class Frame:
    """One walk through one scope.

    Attributes:
        scope: its names.
        flow: what is known here and now.
        outer: the frame around it, where this one runs at the place where it is written (a comprehension).
        owner: the class of the file whose method this is.
        receiver: the name of that method's first parameter.
        returns: what it returned so far.
        deferred: functions it defined, to be walked when it is done.
        probing: walks through a loop's body that only learn.
    """

    scope: Scope
    flow: Flow = field(default_factory=dict)
    outer: Frame | None = None
    owner: LocalClass | None = None
    receiver: str | None = None
    returns: list[Value] = field(default_factory=list)
    deferred: list[LocalFunction] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    probing: int = 0

    def bind(self, name: str, value: Value) -> None:
        """Binds a name of the scope."""
        if self.flow is None:
            return
        if name in self.scope.volatile:
            value = None
        self.flow[name] = value
        if not self.probing:
            self.scope.note(name, value)

    def frame_of(self, scope: Scope) -> Frame | None:
        """The frame that walks a scope around this one right now."""
        frame: Frame | None = self
        while frame is not None and frame.scope is not scope:
            frame = frame.outer
        return frame


def merged(flows: Iterable[Flow]) -> Flow:
    """What is known where several ways meet. A name bound on one of them only is taken as bound by that one."""
    result: Flow = None
    for flow in flows:
        if flow is None:
            continue
        if result is None:
            result = dict(flow)
            continue
        for name, value in flow.items():
            result[name] = joined(result[name], value) if name in result else value
    return result
