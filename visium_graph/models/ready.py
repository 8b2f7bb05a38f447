"""Before anything is spent: is there a key, is it accepted, are there such models?"""

from __future__ import annotations

import asyncio
import os
from difflib import get_close_matches
from typing import Any, get_args
from urllib.parse import urlsplit

from visium_graph.errors import EnvironmentFault
from visium_graph.models.clients import effort_for, lane_of, note_proven, proven_since
from visium_graph.models.errors import Fault, told_apart
from visium_graph.models.factory import GOOGLE, service_url, split_model, uses_vertex
from visium_graph.models.prices import price_of
from visium_graph.settings import Role, Settings, gemini_key

__all__ = ["ensure_ready"]

_REMEMBERED = 900.0
"""Seconds for which a key and a model that were right are not looked at again."""
_LONGEST = 15.0
_TRIES = 3
_PAUSE = 1.0


async def ensure_ready(settings: Settings) -> None:
    """See that every role's model can be asked. Costs nothing; a crew that is off is always ready.

    Of Gemini the key and the models' names are verified with the service; of other providers that there is a key, and that
    somebody listens where a server of one's own was named.

    Raises:
        EnvironmentFault: no key, a wrong one, no such model, or nobody there: one line that says what to do.
        InputError: a model's name, its options or the file of prices cannot be used.
    """
    if not settings.has_crew:
        return
    await asyncio.to_thread(price_of, settings.model, settings.prices)  # a file of prices with a fault in it is met now
    models = sorted({":".join(split_model(settings.model_of(role))) for role in get_args(Role)})
    if any(model.startswith(f"{GOOGLE}:") for model in models) and not gemini_key() and not uses_vertex():
        raise EnvironmentFault(
            "no key for Gemini: set GOOGLE_API_KEY (or GEMINI_API_KEY), or work without models: --config offline"
        )
    for model in models:
        since = proven_since(settings, model)
        if since is None or since > _REMEMBERED:
            await _verify(settings, model)


async def _verify(settings: Settings, model: str) -> None:
    provider, name = split_model(model)
    made: Any = await lane_of(settings).model(model, effort_for(settings, model, "low"))
    if provider == GOOGLE and not uses_vertex():
        await _verify_gemini(settings, made.client.aio.models, name)
        note_proven(settings, model)
        return
    url = service_url(settings, provider)
    if url is None and provider == "ollama":
        url = "http://127.0.0.1:11434"
    if url is not None:
        await _listens(model, url)


async def _verify_gemini(settings: Settings, models: Any, name: str) -> None:
    """Look the model up, which is free and needs a valid key."""
    fault = Fault("passing", "")
    for number in range(_TRIES):
        if number:
            await asyncio.sleep(_PAUSE * 2 ** (number - 1))
        try:
            async with asyncio.timeout(_LONGEST):
                await models.get(model=name)
        except Exception as error:  # noqa: BLE001  # the client raises its own and its HTTP library's; told apart in one place
            fault = told_apart(error)
        else:
            return
        if fault.kind == "passing" and fault.status == 429:
            return  # the key is right, and busy
        if fault.kind != "passing":
            break
    raise EnvironmentFault(await _verdict(settings, models, name, fault))


async def _verdict(settings: Settings, models: Any, name: str, fault: Fault) -> str:
    """What is wrong, in one line."""
    offline = "or work without models: --config offline"
    variable = "GOOGLE_API_KEY" if os.environ.get("GOOGLE_API_KEY", "").strip() else "GEMINI_API_KEY"
    if fault.kind == "key":
        return f"Gemini does not accept the key in {variable}: set a valid one, {offline}"
    if fault.kind == "unknown-model":
        near = get_close_matches(name, await _names(models), n=3, cutoff=0.5)
        hint = f"; near: {', '.join(near)}" if near else ""
        return f"Gemini has no model {name!r}{hint} (set model or the role's own)"
    if fault.kind == "passing":
        where = service_url(settings, GOOGLE) or "generativelanguage.googleapis.com"
        return f"Gemini cannot be reached at {where} ({fault.message}): try later, {offline}"
    return f"Gemini refuses the key in {variable} for {name} ({fault.message}): use another, {offline}"


async def _names(models: Any) -> list[str]:
    try:
        async with asyncio.timeout(_LONGEST):
            return [str(one.name).removeprefix("models/") async for one in await models.list()]
    except Exception:  # noqa: BLE001  # the hint is dispensable, whatever went wrong
        return []


async def _listens(model: str, url: str) -> None:
    """See that there is a server at the address."""
    parts = urlsplit(url if "//" in url else f"http://{url}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_LONGEST):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        raise EnvironmentFault(
            f"model {model}: nobody listens at {url} ({reason}): start the server, or set base_url"
        ) from None
    writer.close()
