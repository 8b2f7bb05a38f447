"""The clients of an event loop, and what keeps its calls within limits."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from visium_graph.models.factory import efforts, make_model, split_model
from visium_graph.settings import Settings, Thinking

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = [
    "Effort",
    "Lane",
    "close_models",
    "effort_for",
    "forget_services",
    "lane_of",
    "note_proven",
    "proven_since",
    "refuse_effort",
]

Effort = dict[str, Any]
"""Options of a chat model that say how hard it is to think."""

_MINUTE = 60.0
_MOST = 16
"""Lanes kept for one loop."""


class Pace:
    """At most so many calls in a minute, evenly."""

    def __init__(self, calls_per_minute: float) -> None:
        self._gap = _MINUTE / calls_per_minute if calls_per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> float:
        """Return when the next call may be sent; the seconds that were waited for."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)
        return mine - now


class Lane:
    """What the calls of one event loop with the same settings share: clients, and limits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.concurrent_calls)
        self._pace = Pace(settings.calls_per_minute)
        self._models: dict[tuple[str, str], asyncio.Task[BaseChatModel]] = {}
        self._open: AsyncGenerator[None] | None = None
        self._busy = 0

    @property
    def idle(self) -> bool:
        """Whether no call is under way."""
        return not self._busy

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of the calls that may be in flight at a time; kept through its retries, so that a busy service gets less."""
        self._busy += 1
        try:
            async with self._slots:
                yield
        finally:
            self._busy -= 1

    async def turn(self) -> float:
        """Return when the next request may be sent; the seconds that were waited for."""
        return await self._pace.turn()

    async def model(self, model: str, effort: Effort) -> BaseChatModel:
        """The chat model, with a client of this loop.

        Raises:
            InputError, EnvironmentFault: it cannot be made; see `make_model`.
        """
        if self._open is None:
            self._open = self._until_the_loop_ends()
            await anext(self._open)
        key = (model, repr(effort))
        making = self._models.get(key)
        if making is None:
            # In a thread: the packages take a second or two to load.
            making = asyncio.create_task(asyncio.to_thread(make_model, self._settings, model, effort))
            self._models[key] = making
        try:
            return await asyncio.shield(making)
        finally:
            if making.done() and making.exception() is not None:
                self._models.pop(key, None)  # what was missing may be there next time

    async def aclose(self) -> None:
        """Close the clients; they belong to the running loop."""
        opened, self._open = self._open, None
        if opened is not None:
            await opened.aclose()

    async def _until_the_loop_ends(self) -> AsyncGenerator[None]:
        """Closes the clients when it is closed itself, which a loop that ends does to every generator left in it.

        So a caller who ends the loop and does not think of the clients leaves no open connections.
        """
        try:
            yield
        finally:
            models, self._models = self._models, {}
            for making in models.values():
                if making.done() and not making.cancelled() and making.exception() is None:
                    await _close(making.result())


async def _close(model: BaseChatModel) -> None:
    """Close a model's client, under whichever name its provider keeps it."""
    if hasattr(model, "aclose"):
        await model.aclose()
    elif hasattr(model, "root_async_client"):
        await model.root_async_client.close()


_refused: set[tuple[str | None, str, str]] = set()
_proven: dict[tuple[str, str | None, str], float] = {}


def effort_for(settings: Settings, model: str, thinking: Thinking) -> Effort:
    """The options to ask for this much thinking: the best fitting that the model has not refused before."""
    url = settings.base_url
    every = efforts(*split_model(model), thinking)
    return next((one for one in every if not one or (url, model, repr(one)) not in _refused), {})


def refuse_effort(settings: Settings, model: str, effort: Effort) -> bool:
    """Remember that the model does not take these options; whether there is something else to ask for."""
    _refused.add((settings.base_url, model, repr(effort)))
    return bool(effort)


def note_proven(settings: Settings, model: str) -> None:
    """The model has answered: its name and the key are right."""
    _proven[_proof(settings, model)] = time.monotonic()


def proven_since(settings: Settings, model: str) -> float | None:
    """Seconds since the model last showed that its name and the key are right; None where it has not."""
    at = _proven.get(_proof(settings, model))
    return None if at is None else time.monotonic() - at


def _proof(settings: Settings, model: str) -> tuple[str, str | None, str]:
    keys = "\n".join(value for name, value in sorted(os.environ.items()) if name.endswith("_API_KEY"))
    return hashlib.sha256(keys.encode()).hexdigest(), settings.base_url, model


def forget_services() -> None:
    """Forget what is known of services: which thinking they refuse, and that they have answered."""
    _refused.clear()
    _proven.clear()


_closing: set[asyncio.Future[None]] = set()
_lanes: dict[asyncio.AbstractEventLoop, dict[str, Lane]] = {}
_lock = threading.Lock()


def lane_of(settings: Settings) -> Lane:
    """The lane of the running event loop for these settings."""
    loop = asyncio.get_running_loop()
    with _lock:
        for other in [other for other in _lanes if other.is_closed()]:
            del _lanes[other]  # its lanes were closed when it ended
        lanes = _lanes.setdefault(loop, {})
        if settings.key not in lanes:
            _make_room(lanes)
            lanes[settings.key] = Lane(settings)
        return lanes[settings.key]


def _make_room(lanes: dict[str, Lane]) -> None:
    """A server may see ever new settings: the oldest lanes that nobody uses go."""
    for key in [key for key, lane in lanes.items() if lane.idle][: max(0, len(lanes) - _MOST + 1)]:
        closing = asyncio.ensure_future(lanes.pop(key).aclose())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)


async def close_models() -> None:
    """Close the clients of the running event loop, except those that another video is using just now."""
    loop = asyncio.get_running_loop()
    with _lock:
        lanes = _lanes.get(loop, {})
        idle = [lanes.pop(key) for key in list(lanes) if lanes[key].idle]
        if not lanes:
            _lanes.pop(loop, None)
    for lane in idle:
        await lane.aclose()
