"""What was done while the exchanges in `recorded/` were recorded, done again with the same clients."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from google.genai import errors, types
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from pydantic import BaseModel, Field

from tests.gemini import faults
from tests.gemini.clients import chat, client, quick
from tests.gemini.faults import Fault
from tests.gemini.server import GeminiServer

SHORT = 0.3  # seconds of a timeout that is meant to be met


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
        while not server.log:
            await asyncio.sleep(0.01)
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


# --- Batches ---------------------------------------------------------------------------------------------------------


def requests(count: int) -> list[types.InlinedRequest]:
    """Requests for scenes, as they are sent in line."""
    config = types.GenerateContentConfig(
        system_instruction="you write manim",
        temperature=0.2,
        response_mime_type="application/json",
        response_json_schema=Script.model_json_schema(),
        thinking_config=types.ThinkingConfig(thinking_level="LOW"),
    )
    return [
        types.InlinedRequest(contents=f"scene {number} ", config=config, metadata={"key": f"s{number}"})
        for number in range(count)
    ]


def ran(
    server: GeminiServer, source: Any, *spoilt: Fault, name: str | None = None, model: str = "gemini-3.5-flash"
) -> Any:
    """A batch with these faults: created, looked at while it runs, and at its end."""
    for fault in spoilt:
        server.plan.add(fault, "batch_create", nth=1)
    with client(server) as genai:
        config = types.CreateBatchJobConfig(display_name=name) if name else None
        job = genai.batches.create(model=model, src=source, config=config)
        genai.batches.get(name=job.name)
        server.clock.advance(server.turnaround)
        return genai.batches.get(name=job.name)


@situation
def batch_inline_ok(server):
    job = ran(server, requests(2), name="run1-code")
    with client(server) as genai:
        return job, genai.batches.list(config={"page_size": 1}).page


@situation
def batch_inline_partial_reordered(server):
    return ran(server, requests(3), faults.reordered(), faults.item_errors(1))


@situation
def batch_metadata_dropped(server):
    return ran(server, requests(2), faults.no_metadata())


@situation
def batch_failed(server):
    return ran(server, requests(1), faults.ends("FAILED"))


@situation
def batch_expired(server):
    return ran(server, requests(1), faults.ends("EXPIRED"))


@situation
def batch_cancelled(server):
    return ran(server, requests(1), faults.ends("CANCELLED"))


@situation
def batch_request_safety_truncated(server):
    kinds = {
        "safety": faults.blocked(),
        "blocked": faults.prompt_block(),
        "max_tokens": faults.max_tokens(),
        "503": faults.status(500),
    }
    for text, fault in kinds.items():
        server.plan.add(fault, "item", where=lambda call, text=text: call.prompt == text, nth=1)
    return ran(server, [types.InlinedRequest(contents=text, metadata={"key": text}) for text in kinds])


@situation
def batch_cancel_delete_list(server):
    with client(server) as genai:
        job = genai.batches.create(model="gemini-3.5-flash", src=requests(1), config={"display_name": "d"})
        genai.batches.cancel(name=job.name)
        cancelled = genai.batches.get(name=job.name)
        genai.batches.delete(name=job.name)
        with suppress(errors.ClientError):
            genai.batches.get(name=job.name)
        return cancelled, genai.batches.list().page


@situation
def batch_create_429_async(server):
    async def run():
        server.plan.add(faults.status(429), "batch_create", nth=1)
        async with client(server).aio as genai:
            with suppress(errors.ClientError):
                await genai.batches.create(model="gemini-3.5-flash", src=requests(1))
            job = await genai.batches.create(model="gemini-3.5-flash", src=requests(1))
            await genai.batches.get(name=job.name)
            server.clock.advance(server.turnaround)
            return await genai.batches.get(name=job.name)

    return asyncio.run(run())


@situation
def batch_create_reset_after_accept(server):
    server.plan.add(faults.lost(), "batch_create", nth=1)
    with client(server) as genai:
        given = {"model": "gemini-3.5-flash", "src": requests(1), "config": {"display_name": "same"}}
        return raised(lambda: genai.batches.create(**given)), genai.batches.create(**given)


@situation
def batch_file_src(server):
    lines = [
        {"key": f"s{number}", "request": {"contents": [{"role": "user", "parts": [{"text": f"hi {number}"}]}]}}
        for number in range(2)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    with client(server) as genai:
        told = types.UploadFileConfig(display_name="in", mime_type="jsonl")
        file = genai.files.upload(file=io.BytesIO(text.encode()), config=told)
        job = ran(server, file.name)
        return file, job, genai.files.download(file=job.dest.file_name)


@situation
def batch_image_of_lc_request(server):
    """A request as the chat model would send it, carried into a batch by way of the model's private parts."""
    model = chat(server, thinking_level="low")
    schema = {"response_mime_type": "application/json", "response_schema": Script.model_json_schema()}
    request = model._prepare_request([SystemMessage("sys"), HumanMessage("scene 1")], **schema)
    config = request["config"].model_copy(update={"http_options": None})
    inlined = types.InlinedRequest(contents=request["contents"], config=config, metadata={"key": "a"})
    return ran(server, [inlined])


# --- Speech ----------------------------------------------------------------------------------------------------------


def spoken(server: GeminiServer, model: str, text: Any, **config: Any) -> types.GenerateContentResponse:
    """A voice's answer."""
    given = types.GenerateContentConfig(response_modalities=["AUDIO"], **config)
    with client(server) as genai:
        return genai.models.generate_content(model=model, contents=text, config=given)


def voice(name: str) -> types.VoiceConfig:
    return types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=name))


KORE = types.SpeechConfig(voice_config=voice("Kore"))
OLDER = "gemini-2.5-flash-preview-tts"


@situation
def tts_single(server):
    return spoken(server, OLDER, "Say calmly: hello world", speech_config=KORE)


@situation
def tts_multi(server):
    both = [
        types.SpeakerVoiceConfig(speaker=speaker, voice_config=voice(name))
        for speaker, name in (("A", "Kore"), ("B", "Puck"))
    ]
    speech = types.SpeechConfig(multi_speaker_voice_config=types.MultiSpeakerVoiceConfig(speaker_voice_configs=both))
    return spoken(server, OLDER, "A: hi\nB: ho", speech_config=speech)


@situation
def tts_no_audio(server):
    server.plan.add(faults.empty(), nth=1)
    return spoken(server, OLDER, "x", speech_config=KORE)


@situation
def tts_38_wav(server):
    model = "gemini-3.8-flash-lite-tts"
    part = types.Part(text="hello", speech_metadata={"style": "calm"})
    styled = spoken(server, model, [types.Content(parts=[part], role="user")], speech_config=KORE)
    refused = raised(lambda: spoken(server, model, "x", temperature=0.5))
    return styled, refused, chat(server, model, response_modalities=["AUDIO"]).invoke("hi")


@situation
def tts_langchain(server):
    """Kore speaks unless generation_config says otherwise; a speech_config by itself is silently left out."""
    speech = types.SpeechConfig(voice_config=voice("Puck")).model_dump(exclude_none=True)
    return [
        chat(server, OLDER, response_modalities=["AUDIO"]).invoke("Say: hi"),
        chat(server, OLDER, response_modalities=["AUDIO"]).invoke(
            "Say: hi", generation_config={"speech_config": speech}
        ),
    ]


@situation
def tts_batch(server):
    config = types.GenerateContentConfig(
        response_modalities=["AUDIO"], speech_config=types.SpeechConfig(voice_config=voice("Puck"))
    )
    source = [
        types.InlinedRequest(contents=f"Say: line {number}", config=config, metadata={"key": f"n{number}"})
        for number in range(2)
    ]
    return ran(server, source, name="tts", model=OLDER)


@situation
def tts_batch_unsupported_fallback(server):
    server.plan.add(faults.batch_refused(), "batch_create", nth=1)
    with client(server) as genai:
        source = [types.InlinedRequest(contents="x")]
        return raised(lambda: genai.batches.create(model=OLDER, src=source))
