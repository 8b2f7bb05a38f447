"""What takes seconds to load, loaded while the first model is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from visium_graph.checks.index import load_index
from visium_graph.errors import EnvironmentFault
from visium_graph.sandbox import pool_for
from visium_graph.settings import Settings

__all__ = ["warming_up"]

T = TypeVar("T")

_SOON = 0.5
"""Seconds in which an answer from the store is there; then the rest may be in the store too, and nothing is loaded."""


async def warming_up(work: Awaitable[T], settings: Settings) -> T:
    """Await a model's work, and meanwhile have the pool's workers load manim, and this process its index.

    Without this the first draft would wait for both, seconds during which the model has nothing to do.
    """
    loading = asyncio.create_task(_load(settings))
    try:
        return await work
    finally:
        loading.cancel()


async def _load(settings: Settings) -> None:
    await asyncio.sleep(_SOON)
    await asyncio.to_thread(lambda: pool_for(settings).warm_up())
    with suppress(EnvironmentFault):  # whoever needs it next meets the same, and tells of it
        await asyncio.to_thread(load_index)
