"""LangChain chat models by name: `provider:model`, for any provider of `init_chat_model`."""

from __future__ import annotations

import logging
import os
import re
import ssl
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models.errors import redacted
from visium_graph.settings import Settings, Thinking, gemini_key

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["GOOGLE", "KEY_NAMES", "efforts", "make_model", "service_url", "split_model", "tls_context", "uses_vertex"]

GOOGLE = "google_genai"
KEY_NAMES = {GOOGLE: "GOOGLE_API_KEY or GEMINI_API_KEY", "openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
"""Provider -> where its key is looked for."""
_URL_NAMES = {
    GOOGLE: ("GOOGLE_GEMINI_BASE_URL",),
    "openai": ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    "ollama": ("OLLAMA_HOST",),
}
_SECRET = re.compile(r"(?i)(api_?key|secret|password|credential|access_token|bearer)")
_NO_KEY = re.compile(
    r"(?i)missing credentials|api.?key.{0,40}(required|missing|must be set|not found)|set.{0,40}api_key"
)
_EFFORTS = {"off": ("none", "minimal"), "low": ("low",), "medium": ("medium",), "high": ("high",)}


def split_model(model: str) -> tuple[str, str]:
    """Provider and model of `provider:model`; a Gemini model may stand alone.

    Raises:
        InputError: the provider is missing.
    """
    provider, colon, name = model.partition(":")
    if colon and provider and name:
        return provider, name
    if not colon and model.startswith("gemini"):
        return GOOGLE, model
    raise InputError(f"model {model!r}: write it as provider:model, for example google_genai:gemini-3.8-flash")


def uses_vertex() -> bool:
    """Whether google-genai talks to Vertex AI, which may do without a key."""
    return os.environ.get("GOOGLE_GENAI_USE_VERTEXAI", "").lower() in {"true", "1", "yes"}


def service_url(settings: Settings, provider: str) -> str | None:
    """Address of the service, where it is not the provider's own."""
    named = (os.environ.get(name) for name in _URL_NAMES.get(provider, ()))
    return settings.base_url or next(filter(None, named), None)


def efforts(provider: str, name: str, thinking: Thinking) -> list[dict[str, Any]]:
    """Options that ask for this much thinking, the best fitting first; the last is none at all, which every model takes."""
    if provider == GOOGLE and name.startswith("gemini-2"):  # these take a budget, and by default think as they see fit
        return [{"thinking_budget": 0}, {}] if thinking == "off" else [{}]
    if provider == GOOGLE and name.startswith("gemini"):
        levels = ("minimal", "low") if thinking == "off" else (thinking,)
        return [*({"thinking_level": level} for level in levels), {}]
    if provider == "openai":
        return [*({"reasoning_effort": effort} for effort in _EFFORTS[thinking]), {}]
    return [{}]


def make_model(settings: Settings, model: str, effort: dict[str, Any]) -> BaseChatModel:
    """A chat model with its client. Loads the provider's package: a second or two, once a process.

    Args:
        settings: time limit, address, further options.
        model: `provider:model`.
        effort: one of `efforts`.

    Raises:
        InputError: no such provider, or options that its class does not take.
        EnvironmentFault: the provider's package or the key is missing.
    """
    provider, name = split_model(model)
    for option in settings.model_options:
        if _SECRET.search(option):
            raise InputError(f"model_options.{option}: keys belong into the environment, never into settings")
    from langchain.chat_models import init_chat_model  # noqa: PLC0415  # loads only when a model is asked

    try:
        options = {**_common(settings, provider), **effort, **settings.model_options}
        made: BaseChatModel = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        found = re.search(r"pip install (?:-U )?([\w-]+)", str(error))
        package = found[1] if found else f"langchain-{provider.replace('_', '-')}"
        raise EnvironmentFault(f"model {model}: its package is missing: pip install {package}") from None
    except Exception as error:  # noqa: BLE001  # each provider's class has errors of its own
        raise _refused(model, provider, error) from None
    return made


def _refused(model: str, provider: str, error: Exception) -> EnvironmentFault | InputError:
    """One line about a model that could not be made."""
    text = str(error)
    if isinstance(error, ValidationError):  # in full it shows what was given, the key too
        text = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    text = redacted(" ".join(text.split()))
    if _NO_KEY.search(text):
        where = KEY_NAMES.get(provider, "its key in the environment")
        return EnvironmentFault(f"model {model}: no key: set {where} (or --config offline, which needs none)")
    return InputError(f"model {model}: cannot be used ({text[:200]})")


def _common(settings: Settings, provider: str) -> dict[str, Any]:
    """What is said to every model: our time limit, no retries of its own, the address."""
    url = service_url(settings, provider)
    if provider == GOOGLE:
        _quieten()
        options: dict[str, Any] = {"timeout": settings.call_seconds, "max_retries": 1}
        if not uses_vertex():
            options |= {"api_key": gemini_key(), "client_args": {"verify": tls_context(url)}}
    elif provider == "ollama":
        options = {"client_kwargs": {"timeout": settings.call_seconds}}
    else:
        options = {"timeout": settings.call_seconds, "max_retries": 0}
    options["disable_streaming"] = True  # half an answer is of no use; whoever watches the graph gets it whole
    if provider == "openai":
        # One of this model's own: by default it is shared by all loops of the process, and could not be closed.
        options["http_async_client"] = import_module("openai").DefaultAsyncHttpxClient(verify=tls_context(url))
    if url is not None:
        options["base_url"] = url
    if provider == "openai" and settings.base_url and not os.environ.get("OPENAI_API_KEY"):
        options["api_key"] = "none"  # local servers ask for no key, the client does
    return options


def tls_context(url: str | None) -> ssl.SSLContext:
    """What a client of that address verifies certificates with."""
    return _context(plain=url is not None and url.startswith("http://"))


@cache
def _context(*, plain: bool) -> ssl.SSLContext:
    """One for all clients: reading the certificates takes longer than all else in making a client."""
    if plain:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import certifi  # noqa: PLC0415  # comes with the clients

    return ssl.create_default_context(
        cafile=os.environ.get("SSL_CERT_FILE", certifi.where()), capath=os.environ.get("SSL_CERT_DIR")
    )


@cache
def _quieten() -> None:
    """What these say of empty answers and of two keys is told in the report, or goes without saying."""
    for name in ("langchain_google_genai", "google_genai"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.ERROR)
