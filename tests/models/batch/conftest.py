"""Jobs of a run on the loopback server, by a clock on which hours take no time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.gemini.authors import Author
from tests.gemini.call import Call
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from visium_graph.models.batch import Answer, Cohort, Fallback, Item, Jobs, Ledger, Limits, read_ledger
from visium_graph.models.batch.ledger import Job
from visium_graph.models.batch.service import Service

MODEL = "gemini-3.8-flash"
LIMITS = Limits(settle=2.0, grace=5.0, deadline=20_000.0, patience=2000.0)


def written(call: Call) -> dict[str, str]:
    """What the model says: code for the scene that the prompt names last."""
    scene = call.prompt.split()[-1]
    return {"scene_id": scene, "code": f"# {call.prompt}"}


def body_of(scene: str, text: str = "Draw") -> dict[str, Any]:
    """A generateContent body about a scene."""
    config = {"responseMimeType": "application/json"}
    return {"contents": [{"role": "user", "parts": [{"text": f"{text} {scene}"}]}], "generationConfig": config}


@dataclass
class Stage:
    """A server, and the batches of a run that talk to it."""

    server: GeminiServer
    jobs: Jobs
    cohort: Cohort
    folder: Path
    stored: dict[str, Any] = field(default_factory=dict)
    """What was taken: by the item's hash."""

    def item(self, scene: str, text: str = "Draw", **fields: Any) -> Item[Any]:
        """A request about a scene, whose answer is stored here."""
        request = fields.pop("hash", f"{text}/{scene}")

        async def take(response: dict[str, Any]) -> Any:
            await asyncio.sleep(0)
            candidate = (response.get("candidates") or [{}])[0]
            parts = candidate.get("content", {}).get("parts") or [{}]
            if candidate.get("finishReason") != "STOP" or not parts[0].get("text"):
                return Fallback("empty", f"nothing in it: {candidate.get('finishReason')}")
            self.stored[request] = told = json.loads(parts[0]["text"])
            return told if told.get("scene_id") == scene else Fallback("wrong-scene", "about another")

        given = {"model": MODEL, "body": body_of(scene, text), "take": take, **fields}
        return Item(request, scene, **given)

    async def ask(self, scene: str, text: str = "Draw", **fields: Any) -> Answer[Any] | Fallback[Any]:
        """The outcome of such a request."""
        return await self.cohort.ask(self.item(scene, text, **fields))

    async def ask_all(self, *scenes: str) -> list[Any]:
        """Several at once, each of a member."""
        self.cohort.join(*scenes)
        return await asyncio.gather(*map(self.ask, scenes))

    async def looked(self, times: int, kind: str = "batch_get") -> None:
        """Return when so many calls of a kind have come."""
        assert await asyncio.to_thread(self.server.log.wait_for, times, kind)

    @property
    def batches(self) -> list[list[str]]:
        """The scenes in each job that was created, as the server saw them."""
        created = self.server.log.of("batch_create", where=lambda one: one.accepted)
        told = [one.body["batch"]["inputConfig"]["requests"]["requests"] for one in created]
        return [
            [one["request"]["contents"][0]["parts"][0]["text"].split()[-1] for one in requests] for requests in told
        ]

    @property
    def on_record(self) -> list[Job]:
        """The jobs of the ledger, read from the disk."""
        return list(read_ledger(self.folder).jobs.values())

    def why(self) -> dict[str, str]:
        """Why scenes were given up, read from the disk."""
        return dict(read_ledger(self.folder).fallbacks().values())


Batched = Callable[..., Any]


@pytest.fixture
def batched(tmp_path: Path) -> Batched:
    """`async with batched(plan, author, **limits) as stage`; with `server=` the run goes on with the same service."""

    @asynccontextmanager
    async def again(server: GeminiServer, limits: Limits, run: str) -> AsyncIterator[Stage]:
        folder = tmp_path / run
        folder.mkdir(exist_ok=True)
        clock = server.clock
        service = Service(KEY, server.url, limits, clock)
        async with Jobs(Ledger(folder, clock.now), service, limits, clock) as jobs:
            cohort = Cohort(jobs)
            try:
                yield Stage(server, jobs, cohort, folder)
            finally:
                await cohort.aclose()

    @asynccontextmanager
    async def opened(
        plan: Plan | None = None,
        author: Author = written,
        *,
        server: GeminiServer | None = None,
        speed: float = 500.0,
        inline_limit: int = 20 * 2**20,
        run: str = "run",
        **limits: Any,
    ) -> AsyncIterator[Stage]:
        chosen = replace(LIMITS, **limits)
        if server is not None:
            async with again(server, chosen, run) as stage:
                yield stage
            return
        with GeminiServer(author, plan, clock=Clock(speed), inline_limit=inline_limit) as made:
            async with again(made, chosen, run) as stage:
                yield stage

    return opened
