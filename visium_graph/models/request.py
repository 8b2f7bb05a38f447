"""What an agent asks a model, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from visium_graph.errors import VisiumError
from visium_graph.settings import Role, Thinking

__all__ = ["Failure", "NoAnswer", "Reply", "Request", "Tokens", "Turn"]

Answer = TypeVar("Answer", bound=BaseModel)

Failure = Literal[
    "refusal",
    "safety",
    "max-tokens",
    "empty",
    "none",
    "malformed",
    "truncated",
    "wrong-scene",
    "unfit",
    "rejected",
    "unreachable",
    "budget",
]
"""Why there is no answer: the model declined; its filter stopped it; it ran out of tokens; it said nothing; the client
parsed nothing; it is no JSON or does not fit the schema; it stops in the middle; it speaks of another scene; the agent
cannot use it (`Request.accept`); the service refused the request; the service could not be reached or kept failing; what
may be spent on the scene is spent."""


class NoAnswer(VisiumError):  # noqa: N818  # what happened, as the agents say it
    """No usable answer could be had, after the retry: the understudy takes this one over.

    Attributes:
        kind: why.
    """

    def __init__(self, kind: Failure, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Turn:
    """One turn of the conversation."""

    speaker: Literal["user", "assistant"]
    text: str
    images: tuple[bytes, ...] = ()
    """PNG files, shown after the text."""


@dataclass(frozen=True)
class Request(Generic[Answer]):
    """One question to the model of a role.

    Where `scene` is given and the answer has a field `scene_id`, the two must agree: answers may arrive in any order, and
    their place says nothing.
    """

    role: Role
    system: str
    turns: Sequence[Turn]
    answer: type[Answer]
    """The answer's model; its JSON schema is sent along."""
    scene: str | None = None
    round: int = 0
    """Which draft of the scene this is for, counted from 0."""
    thinking: Thinking | None = None
    """How hard to think; by default what the settings say for the role."""
    accept: Callable[[Answer], str | None] | None = None
    """Says what is wrong with an answer that fits the schema, or None; a wrong one is asked for once more with that reason."""


@dataclass(frozen=True)
class Tokens:
    """What was read and written. `output` includes `thought`; `input` includes `cached`."""

    input: int = 0
    output: int = 0
    thought: int = 0
    cached: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.input + self.output

    def __add__(self, other: Tokens) -> Tokens:
        """The sum of both, field by field."""
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.thought + other.thought,
            self.cached + other.cached,
        )


@dataclass(frozen=True)
class Reply(Generic[Answer]):
    """An answer that fits its schema and its scene."""

    value: Answer
    model: str
    thought: bool
    """Whether the model thought before it answered."""
    stored: bool
    """Whether it was found in the store: nothing was paid for it this time."""
    tokens: Tokens
