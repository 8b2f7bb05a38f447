"""A request of an agent, asked by batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from visium_graph.models.answers import Heard, Missing
from visium_graph.models.batch.body import Wire
from visium_graph.models.batch.cohort import Cohort
from visium_graph.models.batch.item import Answer, Fallback, Item, Json
from visium_graph.models.clients import effort_for
from visium_graph.models.factory import GOOGLE, split_model, uses_vertex
from visium_graph.models.request import Request, Turn
from visium_graph.settings import Settings, Thinking

__all__ = ["Asking", "unbatched"]

A = TypeVar("A", bound=BaseModel)


def unbatched(model: str) -> str | None:
    """Why requests to the model cannot go in batches; None where they can.

    Raises:
        InputError: the model's name has no provider.
    """
    provider, _ = split_model(model)
    if provider != GOOGLE:
        return f"only Gemini takes batches, not {provider}"
    return "Vertex AI takes batches only from its own storage" if uses_vertex() else None


class Asking:
    """Asks by batch what agents ask. Belongs to the running event loop.

    Args:
        settings: of the run.
        cohort: the run's open scenes; they join and leave it.
    """

    def __init__(self, settings: Settings, cohort: Cohort) -> None:
        self._settings = settings
        self.cohort = cohort
        self._wires: dict[tuple[str, str], Wire] = {}

    async def aclose(self) -> None:
        """Close the chat models."""
        wires, self._wires = self._wires, {}
        await asyncio.gather(*(wire.aclose() for wire in wires.values()))

    async def ask(
        self,
        request: Request[A],
        turns: Sequence[Turn],
        *,
        key: str,
        model: str,
        thinking: Thinking,
        keep: Callable[[Heard[A]], Awaitable[None]],
        weight: float = 0.0,
    ) -> Answer[Heard[A]] | Fallback[Heard[A]]:
        """The answer to a request about a scene.

        Args:
            request: what is asked; it has a scene, and its answer's model a field `scene_id`.
            turns: of the conversation so far.
            key: the hash of all that the answer depends on.
            model: `provider:model`, of Gemini; see `unbatched`.
            thinking: how hard to think.
            keep: stores and notes what was heard, good or bad: it has been paid for, at the price of batches.
            weight: how much waits for the scene.

        Returns:
            An answer whose `result` is the agent's, or a Fallback; where a bad answer came, its `value` says what was heard,
            and its `result` is the `Missing` with which the request may be asked again.
        """
        assert request.scene is not None, "only what is about a scene goes in batches"
        wire = self._wire(model, thinking)

        async def take(response: Json) -> Heard[A] | Fallback[Heard[A]]:
            heard = await wire.heard(response, request, turns)
            await keep(heard)
            if isinstance(heard.result, Missing):
                return Fallback(heard.result.kind, heard.result.reason, heard)
            return heard

        body = await wire.body(request, turns)
        item = Item[Heard[A]](key, request.scene, split_model(model)[1], body, take, weight=weight)
        return await self.cohort.ask(item)

    def _wire(self, model: str, thinking: Thinking) -> Wire:
        effort: dict[str, Any] = effort_for(self._settings, model, thinking)
        key = model, repr(effort)
        if key not in self._wires:
            self._wires[key] = Wire(self._settings, model, effort)
        return self._wires[key]
