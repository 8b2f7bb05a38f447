"""The Batch endpoints of the Gemini API: create, look at, list, cancel, and fetch what came out.

Spoken to directly, in the service's own JSON: google-genai's types drop the error of a job that ended badly, know neither
all states nor all fields, and would rebuild the requests, which are to go out as the single call's client writes them. Its
client carries the files.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from visium_graph.errors import EnvironmentFault
from visium_graph.models.batch.clock import Clock, WallClock
from visium_graph.models.batch.item import Json
from visium_graph.models.batch.results import Result
from visium_graph.models.batch.sizes import Limits, size_of
from visium_graph.models.calls import LONGEST_WAIT, pause_after
from visium_graph.models.errors import ServiceFault, told_apart
from visium_graph.models.factory import GOOGLE, KEY_NAMES, service_url, tls_context
from visium_graph.settings import Settings, gemini_key

__all__ = ["Operation", "Service"]

V = TypeVar("V")

_HOME = "https://generativelanguage.googleapis.com"
_PREFIX = "BATCH_STATE_"
_OTHER_PREFIX = "JOB_STATE_"
_ENDED = frozenset({"SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"})
_PAGE = 25
"""Jobs asked for at a time: the service may show each with all its answers."""


@dataclass(frozen=True)
class Operation:
    """A job as the service shows it."""

    id: str
    name: str
    """Its display name."""
    state: str
    """Without a prefix: PENDING, RUNNING, SUCCEEDED, ..., or one that nobody knows yet."""
    ended: bool
    error: str = ""
    since: float = 0.0
    """When it was created, seconds since 1970; 0 where it does not say."""
    output: Mapping[str, Any] | None = None
    """Where its results are."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Operation:
        """An operation out of the service's JSON."""
        metadata = _mapping(told.get("metadata"))
        state = str(metadata.get("state") or "UNKNOWN").removeprefix(_PREFIX).removeprefix(_OTHER_PREFIX)
        done, error = bool(told.get("done")), _mapping(told.get("error"))
        output = _mapping(metadata.get("output")) or _mapping(told.get("response"))
        if done and state not in _ENDED:
            state = "FAILED" if error else "SUCCEEDED" if output else state
        return cls(
            id=str(told.get("name") or metadata.get("name") or ""),
            name=str(metadata.get("displayName") or ""),
            state=state,
            ended=done or state in _ENDED,
            error=str(error.get("message") or ""),
            since=_seconds(metadata.get("createTime")),
            output=output or None,
        )


class Refusal(Exception):  # noqa: N818  # what the service said
    """An answer that is none, in the form that `told_apart` reads."""

    def __init__(self, response: httpx.Response) -> None:
        try:
            self.details = response.json()
        except ValueError:
            self.details = {}
        error = _mapping(self.details.get("error")) if isinstance(self.details, dict) else {}
        super().__init__(str(error.get("message") or response.reason_phrase))
        self.status_code = response.status_code
        self.response = response


class Service:
    """The service, with a client of the running event loop. Calls that may be repeated are, where it is busy or broken.

    Args:
        key: of the API.
        url: its address, where it is not Google's own.
        limits: tries, and time for each.
        clock: what pauses between tries are counted on.
    """

    def __init__(self, key: str, url: str | None, limits: Limits, clock: Clock) -> None:
        self._key = key
        self._url = (url or _HOME).rstrip("/")
        self._limits = limits
        self._clock = clock
        self._http = httpx.AsyncClient(verify=tls_context(url), timeout=limits.call_seconds)
        self._genai: asyncio.Task[Any] | None = None

    @classmethod
    async def of(cls, settings: Settings, limits: Limits | None = None, clock: Clock | None = None) -> Service:
        """The service that the settings name, with the key of the environment.

        Raises:
            EnvironmentFault: there is no key.
        """
        key = gemini_key()
        if key is None:
            raise EnvironmentFault(f"batches need a Gemini key: set {KEY_NAMES[GOOGLE]}, or leave batches off")
        url = service_url(settings, GOOGLE)
        # In a thread: it reads the certificates.
        return await asyncio.to_thread(cls, key, url, limits or Limits(), clock or WallClock())

    async def aclose(self) -> None:
        """Close the clients."""
        await self._http.aclose()
        if self._genai is not None:
            client = await self._genai
            await client.aio.aclose()
            client.close()

    # --- Jobs --------------------------------------------------------------------------------------------------------

    async def create(self, model: str, name: str, requests: Sequence[tuple[str, Json]], *, as_file: bool) -> Operation:
        """Create a job, in one try: whether one that fails has been taken on after all is for the caller to find out.

        Args:
            model: the service's name of it.
            name: display name.
            requests: label and body of each.
            as_file: by way of a file, for what is too large for a request.

        Raises:
            ServiceFault: it failed, or nobody knows.
        """
        if as_file:
            source: Json = {"fileName": await self._upload(name, requests)}
        else:
            source = {"requests": {"requests": [{"request": body, "metadata": {"key": key}} for key, body in requests]}}
        batch = {"batch": {"displayName": name, "inputConfig": source}}
        path = f"models/{model.removeprefix('models/')}:batchGenerateContent"
        return Operation.read(await self._call("POST", path, batch))

    def inline_size(self, requests: Sequence[tuple[str, Json]]) -> int:
        """Bytes of the request that would create the job."""
        return sum(size_of(body) + len(key.encode()) + 64 for key, body in requests)

    async def get(self, identity: str) -> Operation:
        """A job, looked at once.

        Raises:
            ServiceFault: it cannot be seen.
        """
        return Operation.read(await self._call("GET", identity))

    async def listed(self) -> AsyncIterator[Operation]:
        """All jobs of the account, page by page.

        Raises:
            ServiceFault: the list cannot be had.
        """
        token = ""
        while True:
            query = {"pageSize": str(_PAGE), **({"pageToken": token} if token else {})}
            page = await self.tried(partial(self._call, "GET", "batches", None, query))
            for told in page.get("operations") or []:
                yield Operation.read(told)
            token = str(page.get("nextPageToken") or "")
            if not token:
                return

    async def cancel(self, identity: str) -> None:
        """Ask for a job to be cancelled.

        Raises:
            ServiceFault: it could not be asked.
        """
        await self.tried(partial(self._call, "POST", f"{identity}:cancel"))

    async def results(self, operation: Operation) -> list[Result]:
        """What came out of a job that has ended.

        Raises:
            ServiceFault: its file cannot be had.
        """
        output = operation.output or {}
        if file := output.get("responsesFile"):
            text = await self.tried(partial(self._download, str(file)))
            return await asyncio.to_thread(_of_lines, text)
        inlined = _mapping(output.get("inlinedResponses")).get("inlinedResponses")
        return [_result(one) for one in inlined if isinstance(one, dict)] if isinstance(inlined, list) else []

    # --- Files -------------------------------------------------------------------------------------------------------

    async def _upload(self, name: str, requests: Sequence[tuple[str, Json]]) -> str:
        lines = await asyncio.to_thread(_lines, requests)
        client = await self._files()
        with_name = {"display_name": name, "mime_type": "application/jsonl"}
        async with _Translated():
            file = await client.aio.files.upload(file=io.BytesIO(lines), config=with_name)
        return str(file.name)

    async def _download(self, name: str) -> bytes:
        client = await self._files()
        async with _Translated():
            return bytes(await client.aio.files.download(file=name))

    async def _files(self) -> Any:
        """google-genai's client: kept, for one that nobody holds closes itself."""
        if self._genai is None:
            self._genai = asyncio.create_task(asyncio.to_thread(_client, self._key, self._url, self._limits))
        return await asyncio.shield(self._genai)

    # --- Calls -------------------------------------------------------------------------------------------------------

    async def tried(self, call: Callable[[], Awaitable[V]]) -> V:
        """The result of a call that may be repeated.

        Raises:
            ServiceFault: of the last try.
        """
        async for attempt in self.retrying():
            with attempt:
                return await call()
        raise AssertionError("tenacity ends with a result or an exception")

    def retrying(self) -> AsyncRetrying:
        """Tries with pauses between them, as long as the service asks for, while what fails may pass."""
        return AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(lambda error: isinstance(error, ServiceFault) and error.fault.kind == "passing"),
            wait=lambda state: pause_after(_fault(state).fault, state),
            stop=lambda state: state.attempt_number >= self._limits.attempts or state.upcoming_sleep > LONGEST_WAIT,
            reraise=True,
        )

    async def _call(
        self, method: str, path: str, body: Json | None = None, query: dict[str, str] | None = None
    ) -> Json:
        content = None if body is None else await asyncio.to_thread(_dumped, body)
        headers = {"x-goog-api-key": self._key, "content-type": "application/json"}
        async with _Translated():
            response = await self._http.request(
                method, f"{self._url}/v1beta/{path}", content=content, params=query, headers=headers
            )
            if response.status_code != httpx.codes.OK:
                raise Refusal(response)
            return dict(await asyncio.to_thread(json.loads, response.content))


class _Translated:
    """Whatever the clients raise inside becomes a ServiceFault."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, ServiceFault):
            raise ServiceFault(told_apart(error)) from error


def _client(key: str, url: str, limits: Limits) -> Any:
    from google import genai  # noqa: PLC0415  # seconds to load, and only files need it

    context = tls_context(url)
    options = genai.types.HttpOptions(
        base_url=url,
        timeout=round(limits.call_seconds * 1000),
        client_args={"verify": context},
        async_client_args={"verify": context, "ssl": context},
    )
    return genai.Client(api_key=key, vertexai=False, http_options=options)


def _fault(state: RetryCallState) -> ServiceFault:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, ServiceFault)
    return error


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _seconds(told: Any) -> float:
    """RFC 3339 as seconds since 1970; Python reads no more than six digits of a second."""
    text = str(told or "").replace("Z", "+00:00")
    whole, point, rest = text.partition(".")
    if point:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{whole}.{rest[:digits][:6]}{rest[digits:]}"
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _dumped(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _lines(requests: Sequence[tuple[str, Json]]) -> bytes:
    return b"".join(_dumped({"key": key, "request": body}) + b"\n" for key, body in requests)


def _of_lines(text: bytes) -> list[Result]:
    """Results of a file; a line that cannot be read counts as missing."""
    results = []
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict):
            results.append(_result(told))
    return results


def _result(told: Mapping[str, Any]) -> Result:
    label = told.get("key") or _mapping(told.get("metadata")).get("key")
    response, error = told.get("response"), _mapping(told.get("error"))
    if isinstance(response, dict):
        return Result(label if isinstance(label, str) else None, response)
    message = error.get("message") or f"error {error.get('code')}" if error else "neither an answer nor an error"
    return Result(label if isinstance(label, str) else None, None, str(message))
