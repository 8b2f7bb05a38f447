"""One more provider: any server that speaks OpenAI's protocol, with the real client."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.models.conftest import GOOD, request
from tests.models.openai_server import OpenAIServer, Said, openai_server
from visium_graph.errors import EnvironmentFault
from visium_graph.models import Crew, NoAnswer, Tokens, Turn, close_models, crew_for, ensure_ready
from visium_graph.models.usage import calls_of
from visium_graph.run import Run

TEXT = json.dumps(GOOD)


@pytest.fixture
def play(tmp_path, settings):
    @asynccontextmanager
    async def played(*says: Said, **fields) -> AsyncIterator[tuple[OpenAIServer, Crew]]:
        with openai_server(*says) as server:
            given = {"crew": "auto", "model": "openai:llama3", "base_url": server.url, **fields}
            crew = crew_for(settings(**given), Run.create(tmp_path / "run"))
            assert crew is not None
            try:
                yield server, crew
            finally:
                await close_models()

    return played


async def test_an_answer_from_a_server_of_ones_own_needs_no_key(play) -> None:
    async with play(Said(TEXT)) as (server, crew):
        await ensure_ready(crew.settings)
        reply = await crew.ask(request(turns=(Turn("user", "Look", (b"\x89PNG",)),)))
    assert reply.value.code == "pass"
    assert (reply.model, reply.thought, reply.tokens) == ("openai:llama3", True, Tokens(20, 10, 4, 0))
    [asked] = server.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "llama3"
    assert asked["reasoning_effort"] == "medium"
    form = asked["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["name"] == "Draft"
    assert set(form["json_schema"]["schema"]["properties"]) == {"scene_id", "code"}
    system, user = asked["messages"]
    assert system == {"role": "system", "content": "You write code."}
    picture = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    assert [block.get("image_url", {}).get("url") for block in user["content"]] == [None, picture]


async def test_the_key_comes_from_the_environment(play, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-outside")
    async with play(Said(TEXT)) as (server, crew):
        await crew.ask(request())
    assert server.keys == ["Bearer sk-from-outside"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said("", refusal="I can't assist with that."), "refusal"),
        (Said(TEXT[:-4], finish="length"), "max-tokens"),
        (Said("", finish="content_filter"), "safety"),
        (Said(None), "empty"),
        (Said(TEXT[:-4]), "truncated"),
        (Said("Sure!"), "malformed"),
    ],
)
async def test_answers_that_are_none(play, said, kind) -> None:
    async with play(said, Said(TEXT)) as (server, crew):
        assert (await crew.ask(request())).value.code == "pass"
        assert [call.outcome for call in calls_of(crew.run)] == [kind, "ok"]
        assert all(call.tokens.total for call in calls_of(crew.run) if kind != "safety")
        assert server.asked[0]["messages"][:1] == server.asked[1]["messages"][:1]
    async with play(said) as (server, crew):
        with pytest.raises(NoAnswer) as found:
            await crew.ask(request("Something else."))
        assert found.value.kind == kind
        assert len(server.asked) == 2


async def test_a_busy_server_is_waited_for_as_it_says(play) -> None:
    busy = Said(status=429, error="slow down", headers={"retry-after": "1"})
    async with play(busy, Said(status=503, error="overloaded"), Said(TEXT)) as (server, crew):
        before = time.monotonic()
        await crew.ask(request())
        assert time.monotonic() - before >= 1
        assert len(server.asked) == 3


async def test_a_server_that_knows_no_reasoning_is_asked_without(play) -> None:
    unknown = Said(status=400, error="Unsupported parameter: 'reasoning_effort'")
    async with play(unknown, Said(TEXT)) as (server, crew):
        await crew.ask(request())
        await crew.ask(request("more"))
    assert ["reasoning_effort" in asked for asked in server.asked] == [True, False, False]


async def test_a_wrong_key_is_one_line(play) -> None:
    async with play(Said(status=401, error="Incorrect API key provided")) as (server, crew):
        with pytest.raises(
            EnvironmentFault, match="model openai:llama3: the key is not accepted: check OPENAI_API_KEY"
        ):
            await crew.ask(request())
        assert len(server.asked) == 1


async def test_a_prompt_longer_than_the_model_reads(play) -> None:
    long = Said(
        status=400, error="This model's maximum context length is 8192 tokens. However, your messages are longer."
    )
    async with play(long) as (server, crew):
        with pytest.raises(NoAnswer) as found:
            await crew.ask(request())
        assert (found.value.kind, len(server.asked)) == ("rejected", 1)


@pytest.mark.parametrize("mode", ["function_calling", "prompt"])
async def test_servers_without_json_schema(play, mode) -> None:
    async with play(Said(f"```json\n{TEXT}\n```"), structured_output=mode) as (server, crew):
        assert (await crew.ask(request())).value.code == "pass"
        [asked] = server.asked
    assert "response_format" not in asked
    assert ("tools" in asked) == (mode == "function_calling")


async def test_clients_of_one_loop_are_closed_without_those_of_the_next(play) -> None:
    async with play(Said(TEXT)) as (_, crew):
        await crew.ask(request())
        await close_models()
        await crew.ask(request("again, with new clients"))
