"""A fault of a picture, as the measurements pass it on. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Fault"]


@dataclass
class Fault:
    """What is wrong at one moment, and later for how long it was.

    `objects` are the mobjects concerned; the first one's line is the finding's line. They are held here so that their
    ids stay theirs.
    """

    rule: str
    message: str
    suggestion: str
    objects: tuple[Any, ...]
    severity: Literal["error", "warning"] = "error"
    excuse: Callable[[], bool] | None = None
    """Asked when the scene has ended: the fault does not count if it answers yes."""
    start: float = 0.0
    end: float = 0.0
    lasted: float = 0.0
    names: list[str] = field(default_factory=list)
    """Variables and lines of the objects, in words."""

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same fault of the same objects at another moment."""
        return (self.rule, *(id(item) for item in self.objects))
