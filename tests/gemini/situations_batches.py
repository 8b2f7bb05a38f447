"""The same for batches, files and speech."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import suppress
from typing import Any

from google.genai import errors, types
from langchain_core.messages import HumanMessage, SystemMessage

from tests.gemini import faults
from tests.gemini.clients import chat, client
from tests.gemini.faults import Fault
from tests.gemini.server import GeminiServer
from tests.gemini.situations import SITUATIONS, Script, raised, situation

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


ALL = SITUATIONS  # those of chat, and the ones above
