"""A request as the single call would send it, and an answer as the single call would read it.

The role's chat model itself writes the body and reads the response, over a wire that ends here: nothing is sent. So an item
of a batch is what its client sends, whatever the options, and an answer is told apart the same way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from pydantic import BaseModel

from visium_graph.models.answers import Heard, Missing, messages_of, read, thought_of, tokens_of
from visium_graph.models.batch.item import Json
from visium_graph.models.calls import asked
from visium_graph.models.clients import Effort
from visium_graph.models.errors import told_apart
from visium_graph.models.factory import make_model
from visium_graph.models.request import Request, Turn
from visium_graph.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

__all__ = ["Wire"]

A = TypeVar("A", bound=BaseModel)

_ANYTHING: Json = {"candidates": [{"content": {"role": "model", "parts": [{"text": "{}"}]}, "finishReason": "STOP"}]}


@dataclass
class _Exchange:
    """What went out, and what comes back for it."""

    response: Json
    body: Json | None = None


_current: ContextVar[_Exchange] = ContextVar("exchange")


class _End(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """The end of the wire: keeps each request, and answers with what is at hand."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _current.get()
        exchange.body = json.loads(await request.aread())
        return httpx.Response(200, json=exchange.response)


class Wire:
    """A chat model that nobody answers. Belongs to the running event loop.

    Args:
        settings: address, form of answers, further options.
        model: `provider:model`, of Gemini.
        effort: options about thinking; see `clients.effort_for`.
    """

    def __init__(self, settings: Settings, model: str, effort: Effort) -> None:
        # In place of the client's arguments: they are about connections, and there are none.
        options = {**settings.model_options, "client_args": {"transport": _End()}}
        self._settings = settings.model_copy(update={"model_options": options})
        self._making = asyncio.create_task(asyncio.to_thread(make_model, self._settings, model, effort))

    async def aclose(self) -> None:
        """Close the chat model's client."""
        await asyncio.wait({self._making})
        if not self._making.cancelled() and self._making.exception() is None:
            model: Any = self._making.result()
            await model.aclose()

    async def body(self, request: Request[Any], turns: Sequence[Turn]) -> Json:
        """The generateContent body that asks the request.

        Raises:
            InputError, EnvironmentFault: the model cannot be made; see `make_model`.
        """
        exchange = _Exchange(_ANYTHING)
        await self._said(exchange, request, turns)
        assert exchange.body is not None, "the chat model sent nothing"
        return exchange.body

    async def heard(self, response: Json, request: Request[A], turns: Sequence[Turn]) -> Heard[A]:
        """What a response to that body says: the answer, or why there is none.

        Its seconds are 0: who waits for a batch keeps nobody busy.
        """
        try:
            message = await self._said(_Exchange(response), request, turns)
        except Exception as error:  # noqa: BLE001  # the client stumbles over a response that is none
            fault = told_apart(error)
            return Heard(Missing("malformed", f"The response is none ({fault.message})"), fault.tokens, False, 0.0, 1)
        called = self._settings.structured_output == "function_calling"
        result = await asyncio.to_thread(read, message, request, called=called)
        return Heard(result, tokens_of(message), thought_of(message), 0.0, 1)

    async def _said(self, exchange: _Exchange, request: Request[Any], turns: Sequence[Turn]) -> AIMessage:
        """The chat model's message, spoken over our wire; neither traced nor streamed to whoever watches the graph."""
        from langsmith import tracing_context  # noqa: PLC0415  # loads with the first call

        model = await asyncio.shield(self._making)
        mode = self._settings.structured_output
        messages = messages_of(request, turns, told_schema=mode == "prompt")

        async def speak() -> AIMessage:
            _current.set(exchange)
            with tracing_context(enabled=False):
                return await asked(model, request, mode).ainvoke(messages)

        return await asyncio.get_running_loop().create_task(speak(), context=Context())
