"""Batch jobs: their states, what they hold, how they come out."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.gemini.apierror import ApiError
from tests.gemini.clock import Clock, timestamp
from tests.gemini.faults import Fault, Turnaround
from tests.gemini.files import Files

_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
_ENDINGS = {"FAILED": (13, "Batch failed."), "EXPIRED": (4, "Batch expired."), "CANCELLED": (1, "Batch cancelled.")}
_GRACE = 0.25  # real seconds that a look at a job waits for answers which are due


@dataclass
class Item:
    """One request of a job.

    Attributes:
        label: {"metadata": ...} of an inline request, {"key": ...} of a line in a file: what the answer carries too.
        result: {"response": ...} or {"error": ...}, once there is one.
    """

    label: Mapping[str, Any]
    body: Mapping[str, Any]
    result: dict[str, Any] | None = None


@dataclass
class Job:
    """One batch."""

    name: str
    model: str
    display: str
    items: list[Item]
    to_file: bool
    created: float
    turnaround: Turnaround
    faults: Sequence[Fault] = ()
    ended: float | None = None
    ending: str | None = None
    results: list[dict[str, Any]] | None = None
    work: asyncio.Task[None] | None = None
    outcome: Callable[[str], None] = field(default=lambda _: None)

    def fault(self, *names: str) -> Fault | None:
        """The first of these faults that the job has."""
        return next((fault for fault in self.faults if fault.name in names), None)


class Batches:
    """All jobs. `answer` makes one item's answer, an `ApiError` where it fails."""

    def __init__(self, clock: Clock, files: Files, answer: Callable[[Job, Item], Awaitable[Mapping[str, Any]]]) -> None:
        self._clock = clock
        self._files = files
        self._answer = answer
        self._jobs: dict[str, Job] = {}

    def create(self, model: str, batch: Mapping[str, Any], turnaround: Turnaround, faults: Sequence[Fault]) -> Job:
        """Take a batch on. Nothing says whether the same one has been taken on before."""
        source = batch["inputConfig"]
        items = self._from_file(source["fileName"]) if "fileName" in source else _inline(source["requests"])
        if not items:
            raise ApiError(400, "Batch must contain at least one request.")
        job = Job(
            f"batches/{uuid.uuid4().hex[:20]}",
            model,
            batch.get("displayName", ""),
            items,
            "fileName" in source,
            self._clock.now(),
            turnaround,
            faults,
        )
        self._jobs[job.name] = job
        if not job.fault("stuck"):
            job.work = asyncio.create_task(self._run(job))
        return job

    def _from_file(self, name: str) -> list[Item]:
        items = []
        for number, line in enumerate(self._files.get(name).content.decode().splitlines()):
            try:
                told = json.loads(line)
                items.append(Item({"key": told["key"]} if "key" in told else {}, told["request"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ApiError(400, f"Failed to parse line {number + 1} of the input file.") from error
        return items

    async def _run(self, job: Job) -> None:
        await self._clock.sleep(job.turnaround.pending + job.turnaround.running)
        if ending := job.fault("failed", "expired", "cancelled"):
            self._end(job, ending.reason)
            return
        async with asyncio.TaskGroup() as together:
            for number, item in enumerate(job.items):
                together.create_task(self._settle(job, number, item))
        job.results = _arranged(job)
        if job.to_file:
            lines = "".join(json.dumps(result, ensure_ascii=False) + "\n" for result in job.results)
            self._files.add(_output(job), lines.encode(), media="jsonl", generated=True)
        partial = job.fault("partially_succeeded")
        self._end(job, partial.reason if partial else "SUCCEEDED")

    async def _settle(self, job: Job, number: int, item: Item) -> None:
        broken = job.fault("item_errors")
        if broken and number in broken.items:
            item.result = {"error": ApiError(broken.code, broken.reason).item()}
            return
        try:
            item.result = {"response": await self._answer(job, item)}
        except ApiError as error:
            item.result = {"error": error.item()}

    def _end(self, job: Job, ending: str) -> None:
        job.ending, job.ended = ending, self._clock.now()
        job.outcome(ending)

    async def get(self, name: str) -> dict[str, Any]:
        """The operation as the service shows it, after what is due by the clock has been done."""
        job = self._find(name)
        due = job.created + job.turnaround.pending + job.turnaround.running <= self._clock.now()
        if job.work is not None and due:
            await asyncio.wait({job.work}, timeout=_GRACE)
        return self.card(job)

    async def list(self, size: int, token: str) -> dict[str, Any]:
        """A page of operations, the newest first, and the token of the next."""
        names = list(reversed(self._jobs))
        begin = int(token) if token.isdigit() else 0
        page = [await self.get(name) for name in names[begin : begin + size]]
        answer: dict[str, Any] = {"operations": page} if page else {}
        if begin + size < len(names):
            answer["nextPageToken"] = str(begin + size)
        return answer

    def cancel(self, name: str) -> None:
        """End a job that has not ended; nothing of it is paid for."""
        job = self._find(name)
        if job.ending is None:
            if job.work is not None:
                job.work.cancel()
            self._end(job, "CANCELLED")

    def delete(self, name: str) -> None:
        """Forget a job. It goes on if it runs, but nobody can find it."""
        del self._jobs[self._find(name).name]

    def _find(self, name: str) -> Job:
        if name not in self._jobs:
            raise ApiError(404)
        return self._jobs[name]

    def card(self, job: Job, state: str | None = None) -> dict[str, Any]:
        """The operation of a job; a job just created is shown as pending, however short its turnaround."""
        state = state or job.ending or self._waiting(job)
        metadata: dict[str, Any] = {
            "@type": _TYPE,
            "name": job.name,
            "model": f"models/{job.model}",
            "displayName": job.display,
            "createTime": timestamp(job.created),
            "updateTime": timestamp(job.ended or job.created),
            "state": f"BATCH_STATE_{state}",
            "priority": "0",
        }
        operation: dict[str, Any] = {"name": job.name, "metadata": metadata}
        stats = {"requestCount": str(len(job.items))}
        if job.ended is None:
            stats["pendingRequestCount"] = str(len(job.items))
        else:
            metadata["endTime"] = timestamp(job.ended)
            operation["done"] = True
        if state in _ENDINGS:
            code, message = _ENDINGS[state]
            operation["error"] = {"code": code, "message": message}
        elif job.results is not None:
            output = (
                {"responsesFile": _output(job)}
                if job.to_file
                else {"inlinedResponses": {"inlinedResponses": job.results}}
            )
            metadata["output"] = output
            operation["response"] = {"@type": f"{_TYPE}Output", **output}
            failed = sum("error" in (item.result or {}) for item in job.items)
            stats["successfulRequestCount"] = str(len(job.items) - failed)
            if failed:
                stats["failedRequestCount"] = str(failed)
        metadata["batchStats"] = stats
        return operation

    def _waiting(self, job: Job) -> str:
        stuck = job.fault("stuck") is not None
        return "PENDING" if stuck or self._clock.now() < job.created + job.turnaround.pending else "RUNNING"


def _inline(requests: Mapping[str, Any]) -> list[Item]:
    told = requests.get("requests") or []
    return [Item({"metadata": one["metadata"]} if "metadata" in one else {}, one.get("request") or {}) for one in told]


def _output(job: Job) -> str:
    return f"files/batch-{job.name.removeprefix('batches/')}"


def _arranged(job: Job) -> list[dict[str, Any]]:
    """The results in the order, number and labelling that the job's faults leave them in."""
    bare = job.fault("no_metadata") is not None
    results = [{**({} if bare else item.label), **(item.result or {})} for item in job.items]
    numbers = list(range(len(results)))
    if gone := job.fault("missing"):
        numbers = [number for number in numbers if number not in gone.items]
    if twice := job.fault("duplicated"):
        numbers += [number for number in numbers if number in twice.items]
    if job.fault("reordered"):
        numbers.reverse()
    return [results[number] for number in numbers]
