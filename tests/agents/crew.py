"""A crew without a service: answers written in the test, given in the order in which they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from visium_graph.models import NoAnswer, Reply, Request, Tokens

Said = dict[str, Any] | NoAnswer
Author = Callable[[Request[Any]], Said]


class TestCrew:
    """Checks answers as the real one does, but asks nobody twice.

    Args:
        answers: what is said in turn, or a function of the request. A `NoAnswer` is raised.

    Attributes:
        requests: all that was asked.
    """

    __test__ = False

    def __init__(self, *answers: Said | Author) -> None:
        self._answers = list(answers)
        self.requests: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Reply[Any]:
        self.requests.append(request)
        said = self._answers[0] if callable(self._answers[0]) else self._answers.pop(0)
        if callable(said):
            said = said(request)
        if isinstance(said, NoAnswer):
            raise said
        value = request.answer.model_validate(json.loads(json.dumps(said)))
        reason = request.accept(value) if request.accept else None
        if reason is not None:
            raise NoAnswer("unfit", reason)
        return Reply(value, "test:model", thought=False, stored=False, tokens=Tokens())


def conversation(request: Request[Any]) -> str:
    """A request as one text, for snapshots."""
    turns: Sequence[str] = [f"# === {turn.speaker} ===\n\n{turn.text}" for turn in request.turns]
    return "\n".join([f"# === system ===\n\n{request.system}", *turns])
