"""What was done while the exchanges in `recorded/` were recorded, done again with the same clients: chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from pydantic import BaseModel, Field

from tests.gemini import faults
from tests.gemini.clients import chat, quick
from tests.gemini.faults import Fault
from tests.gemini.server import GeminiServer

SHORT = 0.4  # seconds of a timeout that is meant to be met


class Scene(BaseModel):
    title: str
    seconds: float = Field(ge=1)
    kind: str = "intro"


class Script(BaseModel):
    """A script."""

    topic: str
    scenes: list[Scene] = Field(min_length=1)


Situation = Callable[[GeminiServer], Any]
SITUATIONS: dict[str, Situation] = {}


def situation(function: Situation) -> Situation:
    """Known under the name of its recording."""
    SITUATIONS[function.__name__] = function
    return function


def raised(function: Callable[[], Any]) -> Exception:
    """The exception that the call ends in."""
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever the client raises is what is wanted here
        return error
    raise AssertionError("nothing was raised")


# --- Chat ------------------------------------------------------------------------------------------------------------


@situation
def lc_invoke(server):
    return chat(server).invoke([SystemMessage("be brief"), HumanMessage("hi")])


@situation
def lc_invoke_25(server):
    return chat(server, "gemini-2.5-flash").invoke("hi")


@situation
def lc_ainvoke(server):
    return asyncio.run(asked(chat(server), "hi async"))


async def asked(model: ChatGoogleGenerativeAI, text: str, **options: Any) -> Any:
    """The answer to one prompt, in a loop that ends with it."""
    try:
        return await model.ainvoke(text, **options)
    finally:
        await model.aclose()


@situation
def lc_stream(server):
    return list(chat(server).stream("stream this please"))


@situation
def lc_astream(server):
    async def run():
        model = chat(server)
        chunks = [chunk async for chunk in model.astream("astream this")]
        await model.aclose()
        return chunks

    return asyncio.run(run())


@situation
def lc_options(server):
    given = {
        "temperature": 0.2,
        "max_output_tokens": 99,
        "stop": ["END"],
        "seed": 7,
        "cached_content": "cachedContents/abc",
        "safety_settings": {"HARM_CATEGORY_DANGEROUS_CONTENT": "BLOCK_ONLY_HIGH"},
    }
    chat(server, **given).invoke("o")
    chat(server).invoke("via client_options")


@situation
def lc_structured_json_schema(server):
    return chat(server).with_structured_output(Script, method="json_schema").invoke("make")


@situation
def lc_structured_function_calling(server):
    return chat(server).with_structured_output(Script, method="function_calling").invoke("make")


@situation
def lc_structured_include_raw_bad(server):
    server.say("not json")
    asking = chat(server).with_structured_output(Script, method="json_schema", include_raw=True)
    told = asking.invoke("x")
    with suppress(OutputParserException):
        chat(server).with_structured_output(Script, method="json_schema").invoke("x")
    return told


@situation
def lc_thinking(server):
    return [
        chat(server, thinking_level="low", include_thoughts=True).invoke("t"),
        chat(server, "gemini-2.5-flash", thinking_budget=512).invoke("t"),
        chat(server, include_thoughts=True).invoke("t"),
        chat(server, thinking_level="low").invoke("t"),
    ]


@situation
def lc_thinking_unsupported(server):
    refused = [
        raised(lambda: chat(server, "gemini-3.8-flash", thinking_level="minimal").invoke("t")),
        raised(lambda: chat(server, "gemini-4-argon", thinking_budget=9).invoke("t")),
    ]
    chat(server, "gemini-3.8-flash", thinking_level="low").invoke("t")
    return refused


@situation
def lc_tools_roundtrip(server):
    @tool
    def add(a: int, b: int) -> int:
        """add"""
        return a + b

    model = chat(server)
    first = model.bind_tools([add], tool_choice="add").invoke("2+3")
    result = ToolMessage("2", tool_call_id=first.tool_calls[0]["id"], name="add")
    return first, model.bind_tools([add]).invoke([HumanMessage("2+3"), first, result])


# --- Chat, with faults -----------------------------------------------------------------------------------------------


@situation
def lc_blocked_safety_maxtokens(server):
    told = []
    for fault in (
        faults.blocked(),
        faults.prompt_block(),
        faults.max_tokens(),
        faults.blocked("RECITATION"),
        faults.empty(),
    ):
        server.plan.add(fault, nth=(1, 2))
        told.append(chat(server).invoke("hello"))
        with suppress(OutputParserException):
            chat(server).with_structured_output(Script, method="json_schema").invoke("hello")
    return told


def failing(fault: Fault, how: Callable[[GeminiServer], Any]) -> Situation:
    """One call that gets the fault; returns what it raises."""

    def run(server):
        server.plan.add(fault, nth=1)
        return raised(lambda: how(server))

    return run


def invoked(server):
    return chat(server, timeout=5).invoke("x")


def hurried(server):
    return chat(server, timeout=SHORT).invoke("x")


def streamed(server):
    return list(chat(server).stream("long enough text to split"))


SITUATIONS |= {
    "lc_fault_400": failing(faults.status(400), invoked),
    "lc_fault_403": failing(faults.status(403), invoked),
    "lc_fault_404": failing(faults.status(404), invoked),
    "lc_fault_429": failing(faults.status(429), invoked),
    "lc_fault_500": failing(faults.status(500), invoked),
    "lc_fault_503": failing(faults.status(503), invoked),
    "lc_fault_badjson": failing(faults.bad_json(), invoked),
    "lc_fault_hang": failing(faults.hang(), hurried),
    "lc_fault_html502": failing(faults.html(), invoked),
    "lc_fault_reset": failing(faults.reset(), invoked),
    "lc_fault_truncated": failing(faults.truncated(), invoked),
    "lc_stream_fault_429": failing(faults.status(429), streamed),
    "lc_stream_fault_503": failing(faults.status(503), streamed),
    "lc_stream_fault_badjson": failing(faults.bad_json(), streamed),
    "lc_stream_fault_reset": failing(faults.reset(), streamed),
    "lc_stream_fault_truncated": failing(faults.truncated(), streamed),
}


@situation
def lc_fast_retry_override(server):
    server.plan.add(faults.status(503), nth=(1, 2))
    return chat(server).invoke("x", http_options=quick(3))


@situation
def lc_retry_429_then_ok(server):
    server.plan.add(faults.status(429, retry=7), nth=(1, 2))
    return chat(server).invoke("x", http_options=quick(3))


@situation
def lc_retry_reset_not_retried(server):
    server.plan.add(faults.reset(), nth=1)
    return raised(lambda: chat(server).invoke("x", http_options=quick(3)))


@situation
def lc_retry_timeout_retried(server):
    server.plan.add(faults.hang(), nth=(1, 2))
    return raised(lambda: chat(server, timeout=SHORT).invoke("x", http_options=quick(2)))


@situation
def lc_stream_retry(server):
    server.plan.add(faults.status(503), nth=1)
    return list(chat(server).stream("x", http_options=quick(2)))


@situation
def no_default_timeout(server):
    """Without a timeout the client waits for ever; somebody else has to lose patience."""

    async def run():
        server.plan.add(faults.hang(), nth=1)
        model = chat(server, timeout=None)
        waiting = asyncio.ensure_future(model.ainvoke("x"))
        assert await asyncio.to_thread(server.log.wait_for, 1)
        done, _ = await asyncio.wait({waiting}, timeout=SHORT)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await model.aclose()
        return done

    return asyncio.run(run())


@situation
def async_faults(server):
    told = []
    for fault in (faults.status(429), faults.reset(), faults.bad_json(), faults.truncated()):
        server.plan.add(fault, nth=1)
        told.append(raised(lambda: asyncio.run(asked(chat(server), "x"))))
    return told
