"""What goes out in a batch is what the single call sends, and what comes back is read as the single call reads it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from tests.gemini import faults
from tests.gemini.authors import Fixed
from tests.gemini.content import Answer as Said
from tests.gemini.faults import Plan
from tests.models.conftest import GOOD, Draft, request
from visium_graph.models import NoAnswer, Turn
from visium_graph.models.answers import Missing
from visium_graph.models.batch.body import Wire
from visium_graph.models.clients import effort_for
from visium_graph.models.usage import calls_of

MODEL = "google_genai:gemini-3.8-flash"
PICTURES = (b"\x89PNG\r\n\x1a\n1", b"\x89PNG\r\n\x1a\n2?>~")


@asynccontextmanager
async def wired(settings, model=MODEL, thinking="medium"):
    wire = Wire(settings, model, effort_for(settings, model, thinking))
    try:
        yield wire
    finally:
        await wire.aclose()


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {}),
        ({"thinking": "high"}, {}),
        ({"thinking": "off"}, {}),
        ({}, {"coder_model": "gemini-2.5-flash", "coder_thinking": "off"}),
        (
            {
                "turns": [
                    Turn("user", "See", PICTURES),
                    Turn("assistant", "{}"),
                    Turn("user", "Again"),
                    Turn("user", "é"),
                ]
            },
            {},
        ),
        ({}, {"model_options": {"max_output_tokens": 900, "safety_settings": {"HARM_CATEGORY_HARASSMENT": "OFF"}}}),
        ({}, {"structured_output": "function_calling"}),
        ({}, {"structured_output": "prompt"}),
    ],
)
async def test_the_body_is_the_one_that_a_single_call_sends(play, asked, fields) -> None:
    author = Fixed(Said(functions=[("Draft", GOOD)]) if fields.get("structured_output") == "function_calling" else GOOD)
    async with play(author, **fields) as stage:
        one = request(**asked)
        async with wired(stage.crew.settings, stage.crew.model(one), stage.crew.thinking(one)) as wire:
            bodies = await asyncio.gather(*[wire.body(one, one.turns) for _ in range(3)])
        assert len(stage.server.log) == 0  # nothing was sent for it
        if asked.get("thinking") == "off":  # the model refuses the first choice, as it would in a batch
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("visium_graph.models.calls.refuse_effort", lambda *_: False)
                with pytest.raises(NoAnswer):
                    await stage.crew.ask(one)
        else:
            await stage.crew.ask(one)
        [single] = stage.server.log.of("generate")
    assert bodies == [single.body] * 3


KINDS = {
    "ok": (GOOD, None),
    "safety": (GOOD, faults.blocked()),
    "prompt": (GOOD, faults.prompt_block()),
    "max-tokens": (GOOD, faults.max_tokens()),
    "empty": (GOOD, faults.empty()),
    "other": (GOOD, faults.blocked("OTHER")),
    "malformed": ("I would rather not.", None),
    "truncated": ('{"scene_id": "why", "code": "pa', None),
    "schema": ({"scene_id": "why"}, None),
    "wrong-scene": ({"scene_id": "how", "code": "pass"}, None),
    "fenced": ('```json\n{"scene_id": "why", "code": "pass"}\n```', None),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_response_says_the_same_as_to_a_single_call(play, kind) -> None:
    said, fault = KINDS[kind]
    plan = Plan().add(fault) if fault else Plan()
    async with play(Fixed(said), plan) as stage:
        reply = None
        try:
            reply = await stage.crew.ask(request())
        except NoAnswer as none:
            outcome = none.kind
        first = stage.server.log.of("generate")[0]
        async with wired(stage.crew.settings) as wire:
            heard = await wire.heard(first.answer, request(), request().turns)
        noted = calls_of(stage.run)[0]
    assert (heard.tokens, heard.thought) == (noted.tokens, noted.thought)
    if reply is not None:
        assert (heard.result, heard.tokens) == (reply.value, reply.tokens)
    else:
        assert isinstance(heard.result, Missing)
        assert heard.result.kind == outcome == noted.outcome


@pytest.mark.parametrize("response", [{}, {"candidates": []}, {"candidates": "none"}, {"candidates": [{"content": 7}]}])
async def test_a_response_that_is_none_is_no_answer(settings, monkeypatch, response) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    async with wired(settings()) as wire:
        heard = await wire.heard(response, request(), request().turns)
    assert isinstance(heard.result, Missing)


async def test_what_is_said_over_the_wire_is_told_to_nobody(settings, monkeypatch) -> None:
    """Neither to whoever watches the graph nor to LangSmith."""
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    seen = []

    class Watcher(BaseCallbackHandler):
        def on_chat_model_start(self, *_: object, **__: object) -> None:
            seen.append("model")

        def on_chain_start(self, *_: object, **__: object) -> None:
            seen.append("chain")

    async with wired(settings()) as wire:

        async def node(_: object) -> str:
            return json.dumps(await wire.body(request(), request().turns))

        told = await RunnableLambda(node).ainvoke(None, {"callbacks": [Watcher()]})
    assert "Write it." in told
    assert set(seen) == {"chain"}
    assert Draft.__name__ in told
