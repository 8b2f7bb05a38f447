"""What the client libraries make of the server's answers: what they return, what they raise, what they ask again."""

from __future__ import annotations

import asyncio
import io
import json
import time
import wave

import httpx
import pytest
from google.genai import errors, types
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import HumanMessage
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_google_genai import chat_models as lc

from tests.gemini import faults, speech
from tests.gemini.authors import Fixed
from tests.gemini.clients import chat, client, quick
from tests.gemini.content import Answer
from tests.gemini.server import KEY, GeminiServer
from tests.gemini.situations import SHORT, Script, asked, raised
from tests.gemini.situations_batches import KORE, OLDER, spoken, voice


@pytest.fixture
def server():
    with GeminiServer() as made:
        yield made


# --- Chat ------------------------------------------------------------------------------------------------------------


def test_answers_carry_text_reason_version_and_usage(server):
    told = chat(server, "gemini-3.8-flash").invoke("twelve bytes")
    assert told.text == "echo: twelve bytes"
    assert told.response_metadata["finish_reason"] == "STOP"
    assert told.response_metadata["model_name"] == "gemini-3.8-flash"
    assert told.usage_metadata["input_tokens"] == 3
    assert told.usage_metadata["output_tokens"] == 5
    assert server.log.tokens() == {"prompt": 3, "candidates": 5, "total": 8}


def test_the_environment_can_name_the_server(server, monkeypatch):
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    assert ChatGoogleGenerativeAI(model="gemini-3.8-flash", timeout=5).invoke("hi").text == "echo: hi"
    with client(server) as named:
        assert named.models.generate_content(model="gemini-3.8-flash", contents="hi").text == "echo: hi"


def test_a_stream_comes_in_pieces_and_adds_up():
    text = "a text that is long enough for several pieces"
    with GeminiServer(Fixed(Answer(text, pieces=5))) as server:
        chunks = list(chat(server).stream("x"))
    assert "".join(chunk.text for chunk in chunks) == text
    assert sum(bool(chunk.text) for chunk in chunks) == 5
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.response_metadata["finish_reason"] == "STOP"
    assert whole.usage_metadata["output_tokens"] == server.log.tokens()["candidates"]


def test_structured_output_arrives_as_the_model_it_was_asked_for(server):
    told = chat(server).with_structured_output(Script, method="json_schema").invoke("make")
    assert isinstance(told, Script)
    [exchange] = server.log.of("generate")
    assert exchange.call.schema["$defs"]["Scene"]["required"] == ["title", "seconds"]


@pytest.mark.parametrize(
    "fault",
    [faults.blocked(), faults.blocked("RECITATION"), faults.prompt_block(), faults.max_tokens(), faults.empty()],
)
def test_structured_output_that_is_none_raises_in_one_mode_and_is_silent_in_the_other(server, fault):
    server.plan.add(fault)
    strict = chat(server).with_structured_output(Script, method="json_schema")
    assert isinstance(raised(lambda: strict.invoke("x")), OutputParserException)
    if fault.name == "max_tokens":
        return  # half a function call is no answer that the service gives
    assert chat(server).with_structured_output(Script, method="function_calling").invoke("x") is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.blocked(), "SAFETY"),
        (faults.blocked("RECITATION"), "RECITATION"),
        (faults.blocked("OTHER"), "OTHER"),
        (faults.max_tokens(), "MAX_TOKENS"),
        (faults.empty(), "STOP"),
    ],
)
def test_answers_that_are_none_raise_nothing(server, fault, reason):
    server.plan.add(fault)
    told = chat(server).invoke("a prompt")
    assert told.response_metadata["finish_reason"] == reason
    assert told.text == ("echo: a" if reason == "MAX_TOKENS" else "")


def test_a_refused_prompt_raises_nothing_and_costs_its_prompt(server):
    server.plan.add(faults.prompt_block())
    told = chat(server).invoke("a prompt")
    assert told.text == ""
    assert told.response_metadata["prompt_feedback"]["block_reason"] == "PROHIBITED_CONTENT"
    assert server.log.tokens() == {"prompt": 2, "total": 2}


def test_thoughts_are_counted_and_shown_where_they_are_asked_for(server):
    told = chat(server, "gemini-3.8-flash", thinking_level="high", include_thoughts=True).invoke("t")
    assert [block["type"] for block in told.content] == ["thinking", "text"]
    assert told.usage_metadata["output_token_details"]["reasoning"] == 512
    usage = server.log.of()[0].usage
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"] + 512
    chat(server, "gemini-3.8-flash").invoke("t")
    assert "thoughtsTokenCount" not in server.log.of()[1].usage


def test_thoughts_use_up_the_room_for_the_answer(server):
    told = chat(server, thinking_level="high", max_output_tokens=512).invoke("t")
    assert told.text == ""
    assert told.response_metadata["finish_reason"] == "MAX_TOKENS"


def test_pictures_reach_the_author(server):
    picture = {"type": "image", "base64": "iVBORw0KGgo=", "mime_type": "image/png"}
    chat(server).invoke([HumanMessage(content=[{"type": "text", "text": "see"}, picture])])
    [exchange] = server.log.of()
    assert exchange.call.blobs == [("image/png", b"\x89PNG\r\n\x1a\n")]
    assert [one["modality"] for one in exchange.usage["promptTokensDetails"]] == ["TEXT", "IMAGE"]


# --- What is raised --------------------------------------------------------------------------------------------------

RAISED = [
    (faults.status(400), lc.GoogleInvalidRequestError),
    (faults.status(403), lc.GooglePermissionDeniedError),
    (faults.status(404), lc.GoogleModelNotFoundError),
    (faults.status(429), lc.GoogleRateLimitError),
    (faults.status(500), lc.GoogleAPIError),
    (faults.status(503), lc.GoogleAPIError),
    (faults.html(), lc.GoogleAPIError),
    (faults.reset(), httpx.ReadError),
    (faults.lost(), httpx.ReadError),
    (faults.truncated(), httpx.RemoteProtocolError),
    (faults.bad_json(), json.JSONDecodeError),
    (faults.hang(), httpx.ReadTimeout),
    (faults.stalled(), httpx.ReadTimeout),
]


@pytest.mark.parametrize(("fault", "error"), RAISED, ids=[fault.name for fault, _ in RAISED])
def test_faults_are_raised_the_same_with_and_without_a_loop(server, fault, error):
    server.plan.add(fault)
    patience = SHORT if error is httpx.ReadTimeout else 5
    found = raised(lambda: chat(server, timeout=patience).invoke("x"))
    assert type(found) is error
    assert isinstance(found, lc.ChatGoogleGenerativeAIError) == (error in lc._CLIENT_ERROR_TYPES.values())
    assert type(raised(lambda: asyncio.run(asked(chat(server, timeout=patience), "x")))) is error
    assert len(server.log) == 2


STREAM_RAISED = [
    (faults.status(429), lc.GoogleRateLimitError),
    (faults.reset(), httpx.ReadError),
    (faults.truncated(), httpx.RemoteProtocolError),
    (faults.stalled(), httpx.ReadTimeout),
    (faults.bad_json(), errors.UnknownApiResponseError),
]


@pytest.mark.parametrize(("fault", "error"), STREAM_RAISED, ids=[fault.name for fault, _ in STREAM_RAISED])
def test_a_stream_that_breaks_raises_after_what_has_come(server, fault, error):
    server.plan.add(fault)
    came = []
    stream = chat(server, timeout=SHORT if fault.name == "stalled" else 5).stream("long enough to split")
    assert type(raised(lambda: came.extend(chunk.text for chunk in stream))) is error
    assert came == ([] if fault.stage == "before" else ["echo: long en"])


def test_retry_info_is_in_the_cause(server):
    server.plan.add(faults.status(429, retry=2.5))
    found = raised(lambda: chat(server).invoke("x"))
    details = found.__cause__.details["error"]["details"]
    assert [one["retryDelay"] for one in details if one["@type"].endswith("RetryInfo")] == ["2.5s"]


def test_a_prompt_that_is_too_long_is_an_overflow(server):
    found = raised(lambda: chat(server, OLDER, response_modalities=["AUDIO"]).invoke("word " * 7_000))
    assert isinstance(found, lc.GoogleContextOverflowError)


# --- What is asked again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [faults.status(429, retry=7), faults.status(500), faults.status(503), faults.html()])
def test_refusals_are_asked_again_without_waiting_as_told(server, fault):
    server.plan.add(fault, nth=(1, 2))
    began = time.monotonic()
    assert chat(server).invoke("x", http_options=quick(3)).text == "echo: x"
    assert time.monotonic() - began < 5  # RetryInfo asked for seven seconds, twice
    assert [one.status for one in server.log.of()] == [fault.code, fault.code, 200]
    assert [one.accepted for one in server.log.of()] == [False, False, True]
    assert server.log.submitted_twice() == []


@pytest.mark.parametrize(
    "fault", [faults.reset(), faults.lost(), faults.truncated(), faults.bad_json(), faults.status(400)]
)
def test_broken_answers_are_not_asked_again(server, fault):
    server.plan.add(fault, nth=1)
    raised(lambda: chat(server).invoke("x", http_options=quick(3)))
    assert len(server.log) == 1


def test_nobody_counts_on_the_retries_that_are_there_by_default(server):
    model = ChatGoogleGenerativeAI(model="gemini-3.8-flash", base_url=server.url, api_key=KEY)
    server.closing.callback(model.client.close)
    assert model.max_retries == 6  # with pauses of 1, 2, 4, 8 and 16 seconds
    assert model.timeout is None


# --- Speech ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "media"),
    [
        (OLDER, "audio/L16;codec=pcm;rate=24000"),
        ("gemini-3.8-flash-tts", "audio/l16; rate=24000; channels=1"),
        ("gemini-3.8-flash-lite-tts", "audio/wav"),
    ],
)
def test_each_voice_has_its_own_container(model, media):
    samples = speech.hum("One sentence that is spoken.")
    with GeminiServer(Fixed(samples)) as server:
        told = spoken(server, model, "One sentence that is spoken.", speech_config=KORE)
    data = told.candidates[0].content.parts[0].inline_data
    assert data.mime_type == media
    if media == "audio/wav":
        with wave.open(io.BytesIO(data.data)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (24_000, 1, 2)
            assert sound.readframes(sound.getnframes()) == samples
    else:
        assert data.data == samples
    assert told.usage_metadata.candidates_token_count == round(25 * speech.seconds(samples))
    assert server.log.of("speech")[0].call.voices == ["Kore"]


def test_speech_without_sound(server):
    server.plan.add(faults.no_audio(), nth=1).add(faults.empty_audio(), nth=2)
    silent = spoken(server, OLDER, "hello", speech_config=KORE)
    assert silent.candidates[0].finish_reason is types.FinishReason.OTHER
    assert silent.candidates[0].content is None
    empty = spoken(server, OLDER, "hello", speech_config=KORE)
    assert empty.candidates[0].finish_reason is types.FinishReason.STOP
    assert not empty.candidates[0].content.parts[0].inline_data.data
    assert spoken(server, OLDER, "hello", speech_config=KORE).candidates[0].content.parts[0].inline_data.data


def test_the_chat_model_drops_a_speech_config_that_is_given_by_itself(server):
    """Why speech goes through google-genai: every video would have the same voice."""
    config = types.SpeechConfig(voice_config=voice("Puck")).model_dump(exclude_none=True)
    chat(server, OLDER).invoke("hi", speech_config=config)
    chat(server, OLDER).invoke("hi", generation_config={"speech_config": config})
    assert [one.call.voices for one in server.log.of("speech")] == [["Kore"], ["Puck"]]
