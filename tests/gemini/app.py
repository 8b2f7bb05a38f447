"""The service: which request does what, with the faults of the plan in their places."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.gemini import checks, content, files
from tests.gemini.apierror import ApiError, key_missing, key_wrong, no_such_model
from tests.gemini.authors import Author
from tests.gemini.batches import Batches, Item, Job
from tests.gemini.call import Call, canonical, digest
from tests.gemini.catalogue import Model
from tests.gemini.clock import Clock
from tests.gemini.content import Made
from tests.gemini.faults import Fault, Plan
from tests.gemini.log import Exchange, Log, Submission, added
from tests.gemini.wire import Reply, Request

# Method, path, kind of call, name of the method that handles it. The group "name" is the model, batch or file.
_ROUTES = [
    ("POST", r"/v1beta/models/(?P<name>[^/:]+):generateContent", "generate", "_generate"),
    ("POST", r"/v1beta/models/(?P<name>[^/:]+):streamGenerateContent", "stream", "_generate"),
    ("POST", r"/v1beta/models/(?P<name>[^/:]+):countTokens", "count_tokens", "_count_tokens"),
    ("POST", r"/v1beta/models/(?P<name>[^/:]+):batchGenerateContent", "batch_create", "_batch_create"),
    ("GET", r"/v1beta/models/(?P<name>[^/:]+)", "model_get", "_model_get"),
    ("GET", r"/v1beta/models", "model_list", "_model_list"),
    ("GET", r"/v1beta/(?P<name>batches/[^/:]+)", "batch_get", "_batch_get"),
    ("DELETE", r"/v1beta/(?P<name>batches/[^/:]+)", "batch_delete", "_batch_delete"),
    ("POST", r"/v1beta/(?P<name>batches/[^/:]+):cancel", "batch_cancel", "_batch_cancel"),
    ("GET", r"/v1beta/batches", "batch_list", "_batch_list"),
    ("POST", r"/upload/v1beta/files", "upload_start", "_upload"),
    ("GET", r"/v1beta/(?P<name>files/[^/:]+)", "file_get", "_file_get"),
    ("DELETE", r"/v1beta/(?P<name>files/[^/:]+)", "file_delete", "_file_delete"),
    ("GET", r"/v1beta/(?P<name>files/[^/:]+):download", "file_download", "_file_download"),
    ("GET", r"/v1beta/files", "file_list", "_file_list"),
]
_CUT = b'{"candidates": [{"content": {"parts": [{"text": "cut'


@dataclass
class Visit:
    """One request on its way through."""

    exchange: Exchange
    call: Call
    request: Request
    faults: list[Fault] = field(default_factory=list)


Handler = Callable[[Visit], Awaitable[Reply]]


class App:
    """The service behind the sockets.

    Args:
        inline_limit: Bytes of the largest request; larger ones get 400, so that batches above it have to come as files.
    """

    def __init__(
        self,
        author: Author,
        plan: Plan,
        models: Mapping[str, Model],
        keys: frozenset[str],
        clock: Clock,
        inline_limit: int,
    ) -> None:
        self.log = Log()
        self.plan = plan
        self.url = ""
        self.failures: list[Exception] = []
        self.files = files.Files(clock)
        self.batches = Batches(clock, self.files, self._item)
        self._author = author
        self._models = models
        self._keys = keys
        self._clock = clock
        self._inline_limit = inline_limit

    # --- One request -------------------------------------------------------------------------------------------------

    async def handle(self, request: Request) -> Reply:
        """The reply to a request, as the plan would have it."""
        visit, handler = self._opened(request)
        try:
            reply = await self._answered(visit, handler)
            late = _first(visit.faults, "wire")
            if late is not None and reply.status == 200:
                await self._damage(reply, late)
        except asyncio.CancelledError:
            self.log.close(visit.exchange, "abandoned", time.monotonic())
            raise
        return self._closed(visit.exchange, reply)

    async def _answered(self, visit: Visit, handler: Handler | None) -> Reply:
        try:
            self._authorise(visit)
            if handler is None:
                return _json(ApiError(404).body(), 404)
            visit.faults = self.plan.draw(visit.call)
            visit.exchange.faults = [fault.name for fault in visit.faults]
            early = _first(visit.faults, "before")
            return await handler(visit) if early is None else self._refused(early, visit.call)
        except ApiError as error:
            return _json(error.body(), error.code)

    def _opened(self, request: Request) -> tuple[Visit, Handler | None]:
        """The request in the log, and who handles it."""
        began = time.monotonic()
        body = _body_of(request)
        told = canonical(body) if isinstance(body, dict) else {}
        kind, name, handler = _routed(request)
        if kind == "upload_start" and "upload_id" in request.query:
            kind = "upload_bytes"
        if kind == "generate" and "AUDIO" in ((told.get("generationConfig") or {}).get("responseModalities") or ()):
            kind = "speech"
        identity = digest(name, told)
        call = Call(kind, name, told, identity, self.log.attempt(kind, identity))
        exchange = self.log.open(request.method, request.target, request.headers, body, call, began)
        return Visit(exchange, call, request), getattr(self, handler) if handler else None

    def _authorise(self, visit: Visit) -> None:
        """Refuse whom the front door refuses."""
        request = visit.request
        if visit.call.kind == "upload_bytes":
            return  # the upload's id is the secret
        key = request.headers.get("x-goog-api-key") or request.query.get("key")
        if len(request.body) > self._inline_limit:
            raise ApiError(400, f"Request payload size exceeds the limit: {self._inline_limit} bytes.")
        if not key:
            raise key_missing()
        if key not in self._keys:
            raise key_wrong()
        if visit.exchange.body is None:
            raise ApiError(400, "Invalid JSON payload received. Unexpected token.")

    def _refused(self, fault: Fault, call: Call) -> Reply:
        if fault.name == "reset":
            return Reply(damage="reset")
        if fault.name == "hang":
            return Reply(damage="stalled")
        if fault.name.startswith("html"):
            page = b"<html><title>502 Bad Gateway</title></html>".replace(b"502", str(fault.code).encode())
            return Reply(fault.code, page, "text/html; charset=UTF-8")
        raise fault.error(call)

    async def _damage(self, reply: Reply, fault: Fault) -> None:
        if fault.name == "slow":
            await self._clock.sleep(fault.seconds)
        elif fault.name == "bad_json":
            reply.body = [*reply.body[:1], b"data: " + _CUT + b"\r\n\r\n"] if isinstance(reply.body, list) else _CUT
        elif fault.name == "lost":
            reply.body, reply.damage = b"", "reset"
        else:
            reply.damage = "stalled" if fault.name == "stalled" else "truncated"
            reply.share = fault.share

    def _closed(self, exchange: Exchange, reply: Reply) -> Reply:
        unsent = reply.damage in {"reset", "stalled"} and not isinstance(reply.body, list)
        exchange.status = None if unsent else reply.status
        if exchange.answer is None or (isinstance(reply.body, bytes) and reply.body == _CUT):
            exchange.answer = _readable(reply.body)
        outcome = reply.damage or ("answered" if reply.status == 200 else "refused")
        if reply.damage == "stalled":  # it lasts until the client loses patience
            reply.after = lambda: self.log.close(exchange, outcome, time.monotonic())
        self.log.close(exchange, outcome, None if reply.damage == "stalled" else time.monotonic())
        return reply

    # --- Written and spoken answers ----------------------------------------------------------------------------------

    async def _generate(self, visit: Visit) -> Reply:
        call, exchange, faults = visit.call, visit.exchange, visit.faults
        model = self._model(call.model, "generateContent")
        checks.check_content(call, model)
        content.check_length(call, model)
        exchange.accepted = True
        submission = self.log.submit(exchange, call)
        try:
            await self._clock.sleep(self.plan.latency(call))
            made = await self._made(call, model, _first(faults, "answer"))
        except (ApiError, asyncio.CancelledError) as error:
            submission.state = "failed" if isinstance(error, ApiError) else "lost"
            raise
        late = _first(faults, "wire")
        submission.state = "answered" if late is None or late.name == "slow" else "lost"
        exchange.usage = made.usage
        if call.kind != "stream":
            exchange.answer = made.whole()
            return _json(exchange.answer)
        exchange.answer = made.events()
        if visit.request.query.get("alt") != "sse":
            return _json(exchange.answer)
        events = [b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in exchange.answer]
        return Reply(body=events, media="text/event-stream")

    async def _made(self, call: Call, model: Model, fault: Fault | None) -> Made:
        """The author's answer; a failure of the author is an internal error and is raised when the server is left."""
        try:
            said = self._author(call)
            answer = content.as_answer(await said if inspect.isawaitable(said) else said)
        except Exception as error:
            self.failures.append(error)
            raise ApiError(500) from error
        return content.make(call, model, answer, fault)

    async def _item(self, job: Job, item: Item) -> Mapping[str, Any]:
        """The answer to one request of a batch."""
        model = self._model(job.model, "batchGenerateContent")
        identity = digest(job.model, item.body)
        label = item.label.get("metadata", item.label)
        call = Call("item", job.model, item.body, identity, self.log.attempt("item", identity), label)
        faults = self.plan.draw(call)
        if early := _first(faults, "before"):
            raise early.error(call) if early.code else ApiError(500)
        checks.check_content(call, model)
        content.check_length(call, model)
        return (await self._made(call, model, _first(faults, "answer"))).whole()

    async def _count_tokens(self, visit: Visit) -> Reply:
        self._model(visit.call.model, "countTokens")
        inner = visit.call.body.get("generateContentRequest") or visit.call.body
        counted = content.prompt_tokens(Call("count_tokens", visit.call.name, inner))
        return _json({"totalTokens": counted, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": counted}]})

    def _model(self, name: str, method: str) -> Model:
        model = self._models.get(name)
        if model is None or (method == "batchGenerateContent" and not model.batch):
            raise no_such_model(name, method)
        return model

    async def _model_get(self, visit: Visit) -> Reply:
        return _json(self._model(visit.call.name, "getModel").card())

    async def _model_list(self, _visit: Visit) -> Reply:
        return _json({"models": [model.card() for model in self._models.values()]})

    # --- Batches -----------------------------------------------------------------------------------------------------

    async def _batch_create(self, visit: Visit) -> Reply:
        call, exchange, faults = visit.call, visit.exchange, visit.faults
        model = self._model(call.model, "batchGenerateContent")
        checks.check_batch(call.body)
        spoilt = [fault for fault in faults if fault.stage == "job"]
        job = self.batches.create(model.name, call.body["batch"], self.plan.turnaround(call), spoilt)
        exchange.accepted = True
        submissions = [
            self.log.submit(
                exchange, Call("item", model.name, item.body, digest(model.name, item.body)), job.name, number
            )
            for number, item in enumerate(job.items)
        ]
        job.outcome = lambda _: _settled(exchange, job, submissions)
        return _json(self.batches.card(job, "PENDING"))

    async def _batch_get(self, visit: Visit) -> Reply:
        return _json(await self.batches.get(visit.call.name))

    async def _batch_list(self, visit: Visit) -> Reply:
        size = visit.request.query.get("pageSize", "")
        return _json(
            await self.batches.list(int(size) if size.isdigit() else 50, visit.request.query.get("pageToken", ""))
        )

    async def _batch_cancel(self, visit: Visit) -> Reply:
        self.batches.cancel(visit.call.name)
        return _json({})

    async def _batch_delete(self, visit: Visit) -> Reply:
        self.batches.delete(visit.call.name)
        return _json({})

    # --- Files -------------------------------------------------------------------------------------------------------

    async def _upload(self, visit: Visit) -> Reply:
        if visit.call.kind == "upload_start":
            key = self.files.start(visit.call.body, visit.request.headers)
            where = f"{self.url}/upload/v1beta/files?upload_id={key}&upload_protocol=resumable"
            return Reply(body=b"{}", headers={"x-goog-upload-url": where, "x-goog-upload-status": "active"})
        file = self.files.receive(visit.request.query["upload_id"], visit.request.headers, visit.request.body)
        if file is None:
            return Reply(headers={"x-goog-upload-status": "active"})
        reply = _json({"file": files.card(file, self.url)})
        reply.headers["x-goog-upload-status"] = "final"
        return reply

    async def _file_get(self, visit: Visit) -> Reply:
        return _json(files.card(self.files.get(visit.call.name), self.url))

    async def _file_list(self, _visit: Visit) -> Reply:
        shown = [files.card(file, self.url) for file in self.files.all()]
        return _json({"files": shown} if shown else {})

    async def _file_delete(self, visit: Visit) -> Reply:
        self.files.delete(visit.call.name)
        return _json({})

    async def _file_download(self, visit: Visit) -> Reply:
        return Reply(body=self.files.download(visit.call.name), media="application/octet-stream")


def _routed(request: Request) -> tuple[str, str, str | None]:
    for method, path, kind, handler in _ROUTES:
        if method == request.method and (found := re.fullmatch(path, request.path)):
            return kind, found.groupdict().get("name", ""), handler
    return "unknown", request.path, None


def _first(faults: list[Fault], stage: str) -> Fault | None:
    return next((fault for fault in faults if fault.stage == stage), None)


def _settled(exchange: Exchange, job: Job, submissions: list[Submission]) -> None:
    """The job has ended: what became of its requests, and what they cost."""
    for item, submission in zip(job.items, submissions, strict=True):
        if job.results is None:
            submission.state = "cancelled" if job.ending == "CANCELLED" else "failed"
        else:
            submission.state = "answered" if "response" in (item.result or {}) else "failed"
    if job.results is not None:
        exchange.usage = added((item.result or {}).get("response", {}).get("usageMetadata", {}) for item in job.items)


def _body_of(request: Request) -> Any:
    """The parsed body; its bytes where it is a file's; None where it is no JSON."""
    if "upload_id" in request.query or not request.body:
        return request.body
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode())


def _readable(body: bytes | list[bytes]) -> Any:
    try:
        return json.loads(body) if isinstance(body, bytes) else None
    except ValueError:
        return body
