"""A crew whose models are played by the loopback server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.gemini.authors import Author, echo
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from visium_graph.models import Crew, Request, Turn, calls, close_models, crew_for, ready
from visium_graph.models.clients import forget_services
from visium_graph.run import Run
from visium_graph.settings import Settings


class Draft(BaseModel):
    """An answer about a scene."""

    scene_id: str
    code: str


GOOD = {"scene_id": "why", "code": "pass"}


def request(text: str = "Write it.", **fields: Any) -> Request[Draft]:
    """What a coder asks about the scene `why`."""
    given = {"role": "coder", "system": "You write code.", "answer": Draft, "scene": "why", **fields}
    return Request(turns=given.pop("turns", (Turn("user", text),)), **given)


@dataclass
class Stage:
    """A server and a crew that talks to it."""

    server: GeminiServer
    crew: Crew
    run: Run

    @property
    def asked(self) -> list[Any]:
        """The calls of models, as the server saw them."""
        return [exchange.call for exchange in self.server.log.of("generate", "stream")]


Play = Callable[..., Any]


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is remembered of services, and nobody waits long."""
    monkeypatch.setattr(calls, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(ready, "_PAUSE", 0.01)
    forget_services()
    yield
    forget_services()


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings with a crew, and a cache of the test's own."""

    def make(**fields: Any) -> Settings:
        return Settings(**{"crew": "on", "cache_dir": tmp_path / "cache", "call_seconds": 5.0, **fields})

    return make


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Callable[..., Settings]) -> Play:
    """`async with play(author, plan, **settings) as stage`."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)

    @asynccontextmanager
    async def played(author: Author = echo, plan: Plan | None = None, **fields: Any) -> AsyncIterator[Stage]:
        run = Run.create(tmp_path / "run")
        with GeminiServer(author, plan) as server:
            crew = crew_for(settings(base_url=server.url, **fields), run)
            assert crew is not None
            try:
                yield Stage(server, crew, run)
            finally:
                await close_models()

    return played
