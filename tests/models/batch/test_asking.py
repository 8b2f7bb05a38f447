"""What agents ask, asked by batch."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.gemini import faults
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from tests.models.batch.conftest import LIMITS
from tests.models.conftest import request
from visium_graph.models.answers import Missing
from visium_graph.models.batch import Answer, Cohort, Fallback, Jobs, Ledger
from visium_graph.models.batch.asking import Asking, unbatched
from visium_graph.models.batch.service import Service

GEMINI = "google_genai:gemini-3.8-flash"


def author(call):
    scene = call.prompt.rpartition(" ")[2]
    return {"scene_id": scene, "code": f"{scene}, {call.thinking and call.thinking['thinkingLevel']}"}


@pytest.fixture
def asking(settings, tmp_path, monkeypatch):
    """`async with asking(plan) as (asking, server)`."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)

    @asynccontextmanager
    async def opened(plan=None, **fields):
        with GeminiServer(author, plan, clock=Clock(500)) as server:
            clock = server.clock
            service = Service(KEY, server.url, LIMITS, clock)
            async with Jobs(Ledger(tmp_path, clock.now), service, LIMITS, clock) as jobs:
                made = Asking(settings(base_url=server.url, **fields), Cohort(jobs))
                try:
                    yield made, server
                finally:
                    await made.aclose()

    return opened


async def asked(asking, *scenes, thinking="low", **fields):
    kept = []

    async def keep(heard):
        kept.append(heard)

    def one(scene):
        made = request(f"Write {scene}", scene=scene, **fields)
        return asking.ask(made, made.turns, key=scene, model=GEMINI, thinking=thinking, keep=keep)

    return await asyncio.gather(*map(one, scenes)), kept


async def test_each_agent_gets_its_answer_and_it_is_kept(asking) -> None:
    async with asking(Plan().add(faults.reordered()).add(faults.no_metadata())) as (made, server):
        outcomes, kept = await asked(made, "one", "two")
        assert [one.value.result.code for one in outcomes] == ["one, LOW", "two, LOW"]
        assert {heard.result.scene_id for heard in kept} == {"one", "two"}
        total = sum(heard.tokens.total for heard in kept)
        assert total == server.log.tokens("batch_create")["total"]
        assert server.log.counts()["batch_create"] == 1
        assert server.log.counts()["generate"] == 0


async def test_a_bad_answer_is_kept_too_and_says_what_is_wrong(asking) -> None:
    plan = Plan().add(faults.max_tokens(), "item", where=lambda call: call.prompt.endswith("one"))
    async with asking(plan) as (made, _):
        (one, two), kept = await asked(made, "one", "two", accept=lambda _: "It is bad")
        assert (one.why, two.why) == ("max-tokens", "unfit")
        assert two.reason == "It is bad"
        assert isinstance(two.value.result, Missing)
        assert two.value.tokens.total > 0
        assert len(kept) == 2


async def test_a_thinking_that_the_model_refuses_is_the_single_call_s_to_find_out(asking) -> None:
    async with asking() as (made, _):
        (one,), kept = await asked(made, "one", thinking="off")
        assert isinstance(one, Fallback)
        assert one.why == "item-failed"
        assert "MINIMAL is not supported" in one.reason
        assert kept == []
        (other,), _ = await asked(made, "two", thinking="high")
        assert isinstance(other, Answer)


def test_which_models_take_batches(monkeypatch) -> None:
    assert unbatched(GEMINI) is None
    assert unbatched("gemini-3.8-flash") is None
    assert "not openai" in unbatched("openai:gpt")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    assert "Vertex" in unbatched(GEMINI)
