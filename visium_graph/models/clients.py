"""The clients of an event loop, and what keeps its calls within limits."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from visium_graph.models.factory import efforts, make_model, split_model
from visium_graph.settings import Settings, Thinking

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["Lane", "close_models", "lane_of", "reset_efforts"]

_MINUTE = 60.0


class Pace:
    """At most so many calls in a minute, evenly."""

    def __init__(self, calls_per_minute: float) -> None:
        self._gap = _MINUTE / calls_per_minute if calls_per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Return when the next call may be sent."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)


class Lane:
    """What the calls of one event loop with the same settings share: clients, and limits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.concurrent_calls)
        self._pace = Pace(settings.calls_per_minute)
        self._models: dict[tuple[str, str], asyncio.Task[BaseChatModel]] = {}
        self._busy = 0
        self.proven: set[str] = set()
        """Models that have answered: their name and key are right."""

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

    async def turn(self) -> None:
        """Return when the next request may be sent."""
        await self._pace.turn()

    async def model(self, model: str, thinking: Thinking) -> BaseChatModel:
        """The chat model, with a client of this loop.

        Raises:
            InputError, EnvironmentFault: it cannot be made; see `make_model`.
        """
        effort = _efforts_left(self._settings, model, thinking)[0]
        key = (model, repr(effort))
        making = self._models.get(key)
        if making is None:
            # In a thread: the packages take a second or two to load.
            making = asyncio.create_task(asyncio.to_thread(make_model, self._settings, model, effort))
            self._models[key] = making
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            raise
        except BaseException:
            self._models.pop(key, None)
            raise

    async def aclose(self) -> None:
        """Close the clients; they belong to the running loop."""
        models, self._models = self._models, {}
        for making in models.values():
            with contextlib.suppress(Exception):  # one that could not be made has nothing to close
                await _close(await making)


async def _close(model: BaseChatModel) -> None:
    """Close a model's client, under whichever name its provider keeps it."""
    if hasattr(model, "aclose"):
        await model.aclose()
    elif hasattr(model, "root_async_client"):
        await model.root_async_client.close()


_refused: set[tuple[str | None, str, str]] = set()
"""Address, model and options of thinking that the service does not take."""


def refuse_effort(settings: Settings, model: str, thinking: Thinking) -> bool:
    """The service does not take what it was asked for about thinking; whether something else is left to ask for."""
    left = _efforts_left(settings, model, thinking)
    if len(left) == 1:
        return False
    _refused.add((settings.base_url, model, repr(left[0])))
    return True


def _efforts_left(settings: Settings, model: str, thinking: Thinking) -> list[dict[str, object]]:
    every = efforts(*split_model(model), thinking)
    return [one for one in every[:-1] if (settings.base_url, model, repr(one)) not in _refused] + every[-1:]


def reset_efforts() -> None:
    """Forget what services do not take."""
    _refused.clear()


_lanes: dict[asyncio.AbstractEventLoop, dict[str, Lane]] = {}
_lock = threading.Lock()


def lane_of(settings: Settings) -> Lane:
    """The lane of the running event loop for these settings."""
    loop = asyncio.get_running_loop()
    with _lock:
        for other in [other for other in _lanes if other.is_closed()]:
            del _lanes[other]  # their sockets went with them; what is left of the clients goes with the last reference
        lanes = _lanes.setdefault(loop, {})
        if settings.key not in lanes:
            lanes[settings.key] = Lane(settings)
        return lanes[settings.key]


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
