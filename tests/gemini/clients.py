"""The real clients, pointed at the loopback server and told to wait no longer than a test should."""

from __future__ import annotations

import ssl
from typing import Any

from google import genai
from google.genai import types
from langchain_google_genai import ChatGoogleGenerativeAI

from tests.gemini.server import KEY, GeminiServer

# The server speaks plain HTTP, and reading certificates, which each client does three times, takes longer than most tests.
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_PLAIN = {"verify": _CONTEXT, "ssl": _CONTEXT}


def quick(attempts: int) -> types.HttpOptions:
    """That many attempts with hardly a pause between them.

    For `chat(...).invoke(..., http_options=quick(3))`: the chat model's own `max_retries` sets the number of attempts
    only, and the pauses stay at seconds.
    """
    retries = types.HttpRetryOptions(attempts=attempts, initial_delay=0.01, exp_base=1, jitter=0)
    return types.HttpOptions(retry_options=retries)


def chat(server: GeminiServer, model: str = "gemini-3.5-flash", **options: Any) -> ChatGoogleGenerativeAI:
    """A chat model with one attempt and a timeout of five seconds, closed before the server."""
    given = {"api_key": KEY, "timeout": 5, "max_retries": 1, **options}
    made = ChatGoogleGenerativeAI(model=model, base_url=server.url, client_args=_PLAIN, **given)
    assert made.client is not None
    server.closing.callback(made.client.close)
    return made


def client(server: GeminiServer, key: str = KEY, **options: Any) -> genai.Client:
    """A google-genai client; keep a reference to it as long as it is used."""
    given = {"base_url": server.url, "client_args": _PLAIN, "async_client_args": _PLAIN, **options}
    return genai.Client(api_key=key, http_options=types.HttpOptions(**given))
