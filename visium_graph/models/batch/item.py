"""What goes into a batch, and what comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

__all__ = ["Answer", "Fallback", "Item", "Json"]

T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True)
class Fallback(Generic[T]):
    """No usable answer comes by batch: the request is to be made by itself.

    Attributes:
        why: one word: what became of the job (`refused`, `unreachable`, `failed`, `expired`, `cancelled`, `deadline`,
            `gone`), of the item in it (`item-failed`, `missing`), of who asked (`left`), or what is wrong with the answer
            (a `request.Failure`).
        reason: the same for a person, in one line.
        value: the answer as far as it goes, where one came that cannot be used: it has been paid for.
    """

    why: str
    reason: str
    value: T | None = None


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer that came by batch."""

    value: T
    job: str
    """The job's display name."""
    seconds: float
    """From the job's creation to the moment its results were read."""


@dataclass(frozen=True)
class Item(Generic[T]):
    """One request: a generateContent body, and what is to be done with its answer."""

    hash: str
    """The request's identity: what has the same is submitted once."""
    scene: str
    """What the answer is about: its label in the batch, and the id that it must carry where `named`."""
    model: str
    """The service's name of the model, without a provider."""
    body: Json
    take: Callable[[Json], Awaitable[T | Fallback[T]]]
    """Reads a response and stores what it says, before the ledger notes that it was read; a Fallback where it cannot be
    used."""
    named: bool = True
    """Whether the answer says itself which scene it is about (`scene_id` in its JSON). Sound does not; then its label has to
    do."""
    weight: float = 0.0
    """How much waits for it: the heaviest are submitted first."""
