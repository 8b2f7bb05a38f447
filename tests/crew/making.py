"""Videos made with the scripted author behind the real clients, several at a time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crew.author import CrewAuthor
from tests.crew.lectures import Lecture
from tests.gemini import faults
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from visium_graph import amake_video
from visium_graph.errors import VisiumError
from visium_graph.models import close_models
from visium_graph.run import Run
from visium_graph.settings import Settings

__all__ = ["Making", "keyed", "make_videos", "mixed_faults", "settings_for"]

_PASSING = (
    *(faults.status(429, retry=0.3), faults.status(500), faults.status(503), faults.html(502)),
    *(faults.reset(), faults.lost(), faults.truncated(), faults.bad_json()),
)
_NO_ANSWERS = (
    *(faults.blocked(), faults.blocked("RECITATION"), faults.prompt_block(), faults.max_tokens(), faults.empty()),
)


def mixed_faults(seed: object, *, share: float = 1.0) -> Plan:
    """Everything that goes wrong with a service, each with its chance.

    Args:
        seed: of all chance; it is drawn for each request by itself.
        share: of the chances; 0 is a service that never fails.
    """
    plan = Plan(seed=seed)
    if share:
        plan.mix(_PASSING, chance=0.10 * share)
        plan.mix((faults.hang(), faults.stalled()), chance=0.01 * share)
        plan.mix(_NO_ANSWERS, chance=0.05 * share, kinds="generate")
        plan.mix((faults.status(400), faults.status(403)), chance=0.015 * share, kinds="generate")
        plan.add(faults.status(404), "generate", chance=0.004 * share)
        plan.mix((faults.empty_audio(), faults.no_audio()), chance=0.05 * share, kinds="speech")
    return plan


def settings_for(server: GeminiServer, store: Path, **changed: object) -> Settings:
    """Tiny pictures, the silent voice, and a crew behind the loopback server that is given up after seconds."""
    given = {
        "quality": "tiny",
        "voice": "silent",
        "crew": "on",
        "base_url": server.url,
        "cache_dir": store,
        "length": 0.3,
        "call_seconds": 4.0,
        "concurrent_calls": 24,
    }
    return Settings.model_validate({**given, **changed})


@contextmanager
def keyed(key: str | None = KEY) -> Iterator[None]:
    """The key in the environment, and no proxies between the client and the loopback server."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [
            name for name in os.environ if name.startswith(("GOOGLE_", "GEMINI_")) or name.lower().endswith("_proxy")
        ]:
            patch.delenv(name)
        if key is not None:
            patch.setenv("GOOGLE_API_KEY", key)
        yield


@dataclass(frozen=True)
class Making:
    """One video, made or not.

    Attributes:
        seconds: it took, beside the others.
        error: why there is none; empty where there is one.
    """

    lecture: Lecture
    run: Run
    seconds: float
    error: str = ""


async def make_videos(
    author: CrewAuthor,
    numbers: Sequence[int] | Iterable[int],
    settings: Settings,
    folder: Path,
    *,
    at_once: int = 4,
    tell: Callable[[Making], None] = lambda _: None,
) -> list[Making]:
    """Make these lectures.

    Args:
        author: who is behind the server that the settings name.
        numbers: of the lectures.
        settings: of all of them.
        folder: for their runs.
        at_once: how many are under way at a time.
        tell: called with each when it has ended.
    """
    places = asyncio.Semaphore(at_once)

    async def one(number: int) -> Making:
        lecture = author.lecture(number)
        out = folder / f"v{number}"
        async with places:
            began, error = time.monotonic(), ""
            try:
                await amake_video(lecture.topic, settings=settings, out=out)
            except VisiumError as fault:
                error = f"{type(fault).__name__}: {fault}"
            made = Making(lecture, Run(out), time.monotonic() - began, error)
        tell(made)
        return made

    try:
        return list(await asyncio.gather(*(one(number) for number in numbers)))
    finally:
        await close_models()
