"""The server by itself: what it refuses, what it counts, how it is planned, who may stand behind it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from tests.gemini import faults
from tests.gemini.call import Call
from tests.gemini.clients import chat, client
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan, Rule
from tests.gemini.server import KEY, GeminiServer
from tests.gemini.situations import SHORT, raised
from tests.gemini.situations_batches import requests

HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


@pytest.fixture(scope="module")
def server():
    with GeminiServer() as made:
        yield made


def post(server: GeminiServer, path: str, body: Any, *, key: str | None = KEY) -> tuple[int, Any]:
    """Status and body of the answer to a request as no client library would send it."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}{path}", data, {"Content-Type": "application/json"})
    if key is not None:
        request.add_header("x-goog-api-key", key)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def generate(server: GeminiServer, body: Any, model: str = "gemini-3.8-flash", **options: Any) -> tuple[int, Any]:
    return post(server, f"/v1beta/models/{model}:generateContent", body, **options)


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_without_a_key_and_with_a_wrong_one(server):
    status, body = generate(server, HELLO, key=None)
    assert (status, body["error"]["status"]) == (403, "PERMISSION_DENIED")
    status, body = generate(server, HELLO, key="wrong")
    assert (status, body["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert body["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert "not valid" in str(raised(lambda: chat(server, api_key="wrong").invoke("x")))
    with client(server, key="wrong") as genai:
        assert raised(lambda: list(genai.batches.list())).code == 400


def test_the_key_is_not_in_the_log(server, tmp_path):
    assert generate(server, HELLO)[0] == 200
    server.log.write(tmp_path / "log.jsonl")
    written = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert "hello" in written
    assert KEY not in written


def test_an_unknown_model_and_an_unknown_path(server):
    status, body = generate(server, HELLO, "gemini-0-none")
    assert status == 404
    assert "models/gemini-0-none is not found for API version v1beta" in body["error"]["message"]
    assert post(server, "/v1beta/nothing", {})[0] == 404
    assert type(raised(lambda: chat(server, "gemini-0-none").invoke("x"))).__name__ == "GoogleModelNotFoundError"


def with_config(**config: Any) -> dict[str, Any]:
    return {**HELLO, "generationConfig": config}


def with_schema(**schema: Any) -> dict[str, Any]:
    return with_config(responseMimeType="application/json", responseJsonSchema=schema)


LOOP = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Loop"}}}
WRONG = {
    "no JSON": (b"{", "Invalid JSON payload"),
    "unknown field": ({**HELLO, "generation": {}}, 'Unknown name "generation"'),
    "unknown setting": (with_config(temprature=1), "Unknown name \"temprature\" at 'generation_config'"),
    "no contents": ({"contents": []}, "contents is not specified"),
    "no parts": ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
    "role": ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "valid role"),
    "temperature": (with_config(temperature=3), "range"),
    "schema without media type": (with_config(responseJsonSchema={"type": "object"}), "'text/plain' is unsupported"),
    "no schema": (with_schema(type="strange"), "response_json_schema"),
    "reference to nowhere": (with_schema(items={"$ref": "#/$defs/None"}, type="array"), "leads nowhere"),
    "reference with company": (
        with_schema(properties={"a": {"$ref": "#/$defs/A", "minimum": 1}}, **{"$defs": {"A": {"type": "number"}}}),
        "set alongside unsupported fields",
    ),
    "endless schema": (
        with_schema(**{"$ref": "#/$defs/Loop", "$defs": {"Loop": {**LOOP, "required": ["next"]}}}),
        "requires itself",
    ),
    "thinking level": (with_config(thinkingConfig={"thinkingLevel": "MINIMAL"}), "MINIMAL is not supported"),
    "thinking twice": (
        with_config(thinkingConfig={"thinkingLevel": "LOW", "thinkingBudget": 1}),
        "only one of thinking budget and thinking level",
    ),
    "sound": (with_config(responseModalities=["AUDIO"]), "response modalities (AUDIO) is not supported"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request_is_refused_with_the_reason(server, name):
    body, reason = WRONG[name]
    status, answer = generate(server, body)
    assert (status, answer["error"]["code"], answer["error"]["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert reason in answer["error"]["message"]


def speech_config(*voices: str) -> dict[str, Any]:
    """Snake and camel case, as the clients mix them."""
    speakers = [{"speaker": voice, "voiceConfig": {"prebuilt_voice_config": {"voice_name": voice}}} for voice in voices]
    return with_config(
        responseModalities=["AUDIO"], speechConfig={"multi_speaker_voice_config": {"speakerVoiceConfigs": speakers}}
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HELLO, "response modalities (TEXT) is not supported"),
        (speech_config("Kore"), "must equal 2"),
        (speech_config("Kore", "Nobody"), "Voice name Nobody is not supported"),
        ({**speech_config("Kore", "Puck"), "systemInstruction": {"parts": [{"text": "x"}]}}, "Developer instruction"),
    ],
)
def test_a_voice_refuses_what_is_not_for_voices(server, body, reason):
    status, answer = generate(server, body, "gemini-3.8-flash-tts")
    assert status == 400
    assert reason in answer["error"]["message"]
    assert generate(server, speech_config("Kore", "Puck"), "gemini-3.8-flash-tts")[0] == 200


def test_models_can_be_listed_and_tokens_counted(server):
    with client(server) as genai:
        names = {model.name for model in genai.models.list()}
        counted = genai.models.count_tokens(model="gemini-3.8-flash", contents="twelve bytes").total_tokens
    assert "models/gemini-3.8-flash" in names
    assert counted == 3


def test_a_schema_may_contain_itself_where_it_need_not(server):
    looped = with_schema(**{"$ref": "#/$defs/Loop", "$defs": {"Loop": LOOP}})
    assert generate(server, looped)[0] == 200


# --- The log ---------------------------------------------------------------------------------------------------------


def test_the_same_request_twice_is_noticed_however_it_comes():
    """Sent in line, in a file or alone: the same model asked the same thing is the same request."""
    with GeminiServer() as server, client(server) as genai:
        [request] = requests(1)
        genai.models.generate_content(model="gemini-3.8-flash", contents=request.contents, config=request.config)
        genai.models.generate_content(model="gemini-3.6-flash", contents=request.contents, config=request.config)
        assert server.log.submitted_twice() == []
        genai.batches.create(model="gemini-3.8-flash", src=[request])
    [several] = server.log.submitted_twice()
    assert [one.batch is None for one in several] == [True, False]
    assert server.log.submitted_twice(batches=True) == []


def test_asking_again_after_a_failure_is_not_asking_twice():
    with GeminiServer() as server, client(server) as genai:
        server.plan.add(faults.ends("EXPIRED"), "batch_create", nth=1).add(faults.lost(), "generate", nth=1)
        [request] = requests(1)
        job = genai.batches.create(model="gemini-3.8-flash", src=[request])
        genai.batches.get(name=job.name)
        given = {"model": "gemini-3.8-flash", "contents": request.contents, "config": request.config}
        raised(lambda: genai.models.generate_content(**given))
        genai.models.generate_content(**given)
        assert [one.state for one in server.log.submissions()] == ["failed", "lost", "answered"]
        assert server.log.submitted_twice() == []


def test_calls_at_the_same_time_are_counted():
    meeting = threading.Barrier(5, timeout=5)

    async def author(_call):
        await asyncio.to_thread(meeting.wait)
        return "done"

    with GeminiServer(author) as server:
        model = chat(server)
        with ThreadPoolExecutor(5) as pool:
            assert {told.text for told in pool.map(model.invoke, "abcde")} == {"done"}
        assert server.log.high_water("generate") == 5
        assert server.log.high_water("stream") == 0


def test_a_client_that_goes_away_ends_its_request():
    with GeminiServer(plan=Plan(latency=3600)) as server:
        raised(lambda: chat(server, timeout=SHORT).invoke("x"))
        assert server.log.wait_for(1)
        until = time.monotonic() + 5
        while server.log.of()[0].outcome == "open" and time.monotonic() < until:
            time.sleep(0.01)
        assert server.log.of()[0].outcome == "abandoned"


def test_a_call_without_an_answer_is_open_until_its_client_gives_up():
    with GeminiServer(plan=Plan().add(faults.hang())) as server:
        model = chat(server, timeout=SHORT)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda text: raised(lambda: model.invoke(text)), "abc"))
        assert server.log.wait_for(3)
    assert server.log.high_water("generate") == 3
    assert all(one.ended - one.began > SHORT / 2 for one in server.log.of())


def test_a_client_can_be_killed_between_creation_and_answer(project):
    """What a listener is for: the job is there, and its maker never learns of it."""
    code = """
import sys
from google import genai
client = genai.Client(api_key="loopback-key", http_options={"base_url": sys.argv[1]})
client.batches.create(model="gemini-3.8-flash", src=[{"contents": "x"}], config={"display_name": "run-1"})
"""
    with GeminiServer() as server:
        process = subprocess.Popen([sys.executable, "-c", code, server.url], cwd=project)

        def kill(exchange):
            if exchange.kind == "batch_create" and exchange.outcome == "answered":
                process.kill()

        server.log.listen(kill)
        assert process.wait(timeout=60) == -signal.SIGKILL
        with client(server) as genai:
            assert [job.display_name for job in genai.batches.list()] == ["run-1"]


# --- Plans and clocks ------------------------------------------------------------------------------------------------


def test_rules_count_the_calls_that_they_speak_of():
    plan = Plan(
        Rule(faults.status(500), ("generate",), nth=2), Rule(faults.reset(), where=lambda call: call.name == "b")
    )
    drawn = [plan.draw(Call(kind, name)) for kind, name in (("generate", "a"), ("stream", "a"), ("generate", "b"))]
    assert [[fault.name for fault in found] for found in drawn] == [[], [], ["500", "reset"]]


def test_a_fault_of_jobs_waits_for_jobs():
    plan = (
        Plan()
        .add(faults.stuck())
        .add(faults.batch_refused())
        .add(faults.blocked(), "item")
        .add(faults.hang(), faults.EVERY)
    )
    drawn = {kind: [fault.name for fault in plan.draw(Call(kind))] for kind in ("generate", "item", "batch_create")}
    assert drawn == {
        "generate": ["hang"],
        "item": ["safety", "hang"],
        "batch_create": ["stuck", "batch_refused", "hang"],
    }


def test_chance_depends_on_the_request_and_not_on_the_order():
    mixture = [faults.status(429), faults.reset(), faults.blocked()]
    calls = [Call("generate", "m", digest=f"{number}", attempt=1 + number % 2) for number in range(400)]
    shuffled = Random(1).sample(calls, len(calls))

    def drawn(seed, some):
        plan = Plan(seed=seed).mix(mixture, chance=0.3)
        return {(call.digest, call.attempt): [fault.name for fault in plan.draw(call)] for call in some}

    found = drawn(7, calls)
    assert found == drawn(7, shuffled)
    assert found != drawn(8, calls)
    hit = [names[0] for names in found.values() if names]
    assert 90 <= len(hit) <= 150
    assert all(hit.count(fault.name) >= 30 for fault in mixture)
    assert max(len(names) for names in found.values()) == 1


def test_a_fast_clock_makes_long_latencies_short():
    with GeminiServer(plan=Plan(latency=lambda call: 100.0 * len(call.prompt)), clock=Clock(speed=2000)) as server:
        before, began = server.clock.now(), time.monotonic()
        chat(server).invoke("four")
        assert server.clock.now() - before >= 400
        assert time.monotonic() - began < 5


def test_a_slow_first_byte_waits_for_the_clock():
    with GeminiServer(plan=Plan().add(faults.slow(30)), clock=Clock(speed=0)) as server, ThreadPoolExecutor() as pool:
        waiting = pool.submit(chat(server).invoke, "x")
        assert server.log.wait_for(1)
        time.sleep(0.1)
        assert not waiting.done()
        while not waiting.done():
            server.clock.advance(10)
            time.sleep(0.01)
        assert waiting.result().text == "echo: x"


def test_an_author_who_fails_fails_the_test():
    def author(_call):
        raise ZeroDivisionError("a mistake in a test")

    def run():
        with GeminiServer(author) as server:
            assert generate(server, HELLO)[0] == 500

    assert isinstance(raised(run), ZeroDivisionError)


def test_a_port_that_is_taken_is_an_error(server):
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"), GeminiServer(port=port):
        pass
