"""What clients raise, told apart without knowing the provider."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest
from google.genai import errors as genai
from langchain_core.exceptions import ContextOverflowError

from visium_graph.models.errors import redacted, told_apart


class Anthropic(Exception):  # noqa: N818 - stands for a client that is not installed
    def __init__(self, status: int, text: str = "no", headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status_code = status
        self.response = SimpleNamespace(headers=headers or {})


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    error.__cause__ = cause
    return error


def google(code: int, message: str = "no", details: Any = ()) -> Exception:
    kind = genai.ServerError if code >= 500 else genai.ClientError
    return kind(code, {"error": {"code": code, "message": message, "details": list(details)}})


def of_openai(kind: type[openai.APIStatusError], status: int, message: str = "no", **headers: str) -> Exception:
    request = httpx.Request("POST", "http://127.0.0.1/v1")
    response = httpx.Response(
        status, headers={key.replace("_", "-"): value for key, value in headers.items()}, request=request
    )
    return kind(message, response=response, body=None)


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (TimeoutError(), "passing", None),
        (ConnectionResetError(104, "Connection reset by peer"), "passing", None),
        (httpx.ReadTimeout("slow"), "passing", None),
        (httpx.RemoteProtocolError("peer closed connection"), "passing", None),
        (json.JSONDecodeError("Expecting value", "<html>", 0), "passing", None),
        (genai.UnknownApiResponseError("Failed to parse"), "passing", None),
        (TypeError("Received response with null value for 'choices'"), "passing", None),
        (raised(ValueError("wrapped"), google(429)), "passing", 429),
        (google(503), "passing", 503),
        (google(408), "passing", 408),
        (google(400), "refused", 400),
        (google(403), "refused", 403),
        (google(404), "unknown-model", 404),
        (google(400, "API key not valid. Please pass a valid API key."), "key", 400),
        (google(400, details=[{"reason": "API_KEY_INVALID"}]), "key", 400),
        (google(400, "Thinking level is not supported for this model."), "thinking", 400),
        (google(400, "The input token count (9) exceeds the maximum number of tokens allowed (8)."), "too-long", 400),
        (raised(ContextOverflowError("long"), google(400)), "too-long", 400),
        (of_openai(openai.AuthenticationError, 401), "key", 401),
        (of_openai(openai.BadRequestError, 400, "Unsupported parameter: 'reasoning_effort'"), "thinking", 400),
        (of_openai(openai.BadRequestError, 400, "This model's maximum context length is 8192 tokens"), "too-long", 400),
        (of_openai(openai.RateLimitError, 429), "passing", 429),
        (of_openai(openai.UnprocessableEntityError, 422, "no such field"), "refused", 422),
        (Anthropic(529), "passing", 529),
        (Anthropic(413), "too-long", 413),
        (Anthropic(401), "key", 401),
    ],
)
def test_kinds(error, kind, status) -> None:
    fault = told_apart(error)
    assert (fault.kind, fault.status) == (kind, status)
    assert "\n" not in fault.message
    assert fault.message


def test_an_earlier_failure_in_the_background_does_not_count() -> None:
    error = TimeoutError()
    error.__context__ = Anthropic(401)  # as when it is raised inside an except block
    assert told_apart(error).kind == "passing"


RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (google(429, details=[RETRY_INFO]), 2.5),
        (raised(ValueError("wrapped"), google(429, details=[{"@type": "other"}, RETRY_INFO])), 2.5),
        (google(429, details=[{**RETRY_INFO, "retryDelay": "soon"}]), None),
        (google(503), None),
        (of_openai(openai.RateLimitError, 429, retry_after="7"), 7.0),
        (Anthropic(529, headers={"retry-after": "0.5"}), 0.5),
        (Anthropic(529, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}), 0.0),
        (Anthropic(529, headers={"retry-after": "tomorrow"}), None),
    ],
)
def test_what_the_service_says_about_waiting(error, wait) -> None:
    assert told_apart(error).wait == wait


def test_a_service_may_name_a_time_of_day() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert told_apart(Anthropic(529, headers={"retry-after": soon})).wait == pytest.approx(3600, abs=60)


def test_answers_that_openais_client_raises_are_answers() -> None:
    usage = SimpleNamespace(prompt_tokens=9, completion_tokens=4)
    completion: Any = SimpleNamespace(usage=usage)
    fault = told_apart(openai.LengthFinishReasonError(completion=completion))
    assert (fault.kind, fault.failure, fault.tokens.input, fault.tokens.output) == ("answered", "max-tokens", 9, 4)
    assert told_apart(openai.ContentFilterFinishReasonError()).failure == "safety"


def test_no_answer_in_time_is_said_so() -> None:
    async def late() -> None:
        async with asyncio.timeout(0):
            await asyncio.sleep(1)

    with pytest.raises(TimeoutError) as found:
        asyncio.run(late())
    assert told_apart(found.value).message == "no answer in time"


def test_messages_are_short_and_hold_no_keys(monkeypatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "  very-secret\n")
    monkeypatch.setenv("HF_TOKEN", "other-secret")
    monkeypatch.setenv("EMPTY_API_KEY", "")
    assert redacted("key very-secret and other-secret") == "key *** and ***"
    message = told_apart(Anthropic(400, "sent very-secret\n" + "x" * 1000)).message
    assert "secret" not in message
    assert len(message) < 300
