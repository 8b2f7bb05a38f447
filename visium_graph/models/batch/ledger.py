"""What a run has submitted in batches: RUN/batches.jsonl, appended to before and after everything that can be paid for.

    {"event": "ledger", "id": ...}                  once; part of every job's display name
    {"event": "making"}                             a new making: what was given up before is asked for in batches again
    {"event": "planned", "job", "model", "entries"} on the disk before the job is created
    {"event": "trying", "job"}                      each time before it is created
    {"event": "created", "job", "id", "since"}      right after
    {"event": "state", "job", "state", "error"}     as it was seen to change
    {"event": "item", "job", "hash", "fate", ...}   an answer was read: stored, unusable, failed, missing or late
    {"event": "fallback", "hash", "scene", "why"}   the request is made by itself
    {"event": "cancelled", "job", "why"}            its cancellation was asked for

Lines are appended whole and flushed to the disk; one that a kill has torn is skipped, and so is what is not understood.
A job that is planned and not created may be known to the service all the same: it is looked for there by its name.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from visium_graph.errors import EnvironmentFault
from visium_graph.models.batch.item import Fallback
from visium_graph.models.batch.results import Entry
from visium_graph.models.batch.sizes import Turnaround
from visium_graph.store import content_hash

__all__ = ["NAME", "PREFIX", "Fate", "Job", "Ledger", "Outcome", "read_ledger"]

NAME = "batches.jsonl"
PREFIX = "visium"
"""How display names begin."""
FRUITLESS = frozenset({"FAILED", "EXPIRED", "CANCELLED", "REFUSED", "VOID", "GONE"})
"""Ends of jobs whose requests may be submitted again: the service refused it, never heard of it, or gave no answers."""
FRUITFUL = frozenset({"SUCCEEDED", "PARTIALLY_SUCCEEDED"})


@dataclass(frozen=True)
class Fate:
    """What became of one request in a job."""

    kind: str
    """`stored`, `unusable`, `failed`, `missing`, or `late`: it came after the request had been given up."""
    why: str = ""
    tokens: int = 0


@dataclass(frozen=True)
class Outcome:
    """What has become of one request, in all."""

    scene: str
    job: str | None
    """The display name of the job it was in last."""
    kind: str
    """`stored` (its answer came by batch), `fallback` (it was made by itself) or `open`."""
    why: str
    """Of a fallback."""


@dataclass
class Job:
    """One batch job, as far as is known."""

    name: str
    """Its display name."""
    model: str
    entries: tuple[Entry, ...]
    planned: float
    """Seconds since 1970; so are the times below."""
    tried: float = 0.0
    """When its creation was last tried."""
    tries: int = 0
    id: str | None = None
    since: float | None = None
    """When it was created."""
    state: str = "PLANNED"
    error: str = ""
    ended: float | None = None
    cancelled: str | None = None
    """Why its cancellation was asked for."""
    fates: dict[str, Fate] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in FRUITLESS or self.state in FRUITFUL

    def holds(self, request: str) -> bool:
        """Whether the request's answer can still be had from this job, now or later."""
        fate = self.fates.get(request)
        lost = fate is not None and fate.kind in {"failed", "missing"}
        return self.state not in FRUITLESS and not lost


class Ledger:
    """The ledger of a run. One process at a time writes it.

    Args:
        folder: of the run.
        now: the time.
    """

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.path = folder / NAME
        self.id = ""
        self.jobs: dict[str, Job] = {}
        self._by_hash: dict[str, Job] = {}
        self._given_up: dict[str, Fallback[Any]] = {}
        self._fallbacks: dict[str, tuple[str, str]] = {}
        self._now = now
        self._lock = threading.Lock()
        self._file: int | None = None

    # --- The file ----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read what is there, and keep other processes from writing.

        Raises:
            EnvironmentFault: it cannot be written, or another process has it.
        """
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise EnvironmentFault(f"{self.path}: cannot be written ({error.strerror})") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise EnvironmentFault(
                f"{self.path}: another process is at work on this run: wait for it, or end it"
            ) from None
        self.read()
        if not self.id:
            self._note({"event": "ledger", "id": uuid.uuid4().hex[:12]})

    def close(self) -> None:
        """Let others write."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def read(self) -> None:
        """Take in what stands in the file.

        Raises:
            EnvironmentFault: it cannot be read.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise EnvironmentFault(f"{self.path}: cannot be read ({error.strerror})") from None
        for line in text.splitlines():
            try:
                self._take(json.loads(line))
            except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
                continue  # torn, or of another version

    def _note(self, *events: dict[str, Any]) -> None:
        """Put events on the disk, and only then act on them."""
        stamped = [{"at": round(self._now(), 3), **event} for event in events]
        text = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in stamped)
        with self._lock:
            assert self._file is not None, "a ledger is opened before it is written"
            try:
                size = os.fstat(self._file).st_size
                if size and os.pread(self._file, 1, size - 1) != b"\n":
                    text = b"\n" + text  # a kill has torn the line before
                written = os.write(self._file, text)
                os.fsync(self._file)
            except OSError as error:
                raise EnvironmentFault(f"{self.path}: cannot be written ({error.strerror})") from None
            if written < len(text):
                raise EnvironmentFault(f"{self.path}: cannot be written (no space left on the disk)")
            for event in stamped:
                self._take(event)

    # --- What happens ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A new making begins."""
        self._note({"event": "making"})

    def plan(self, model: str, entries: Sequence[Entry]) -> Job:
        """A job that is about to be created. Its name is its own: no other job of any run has it."""
        digest = content_hash(model, sorted(entry.hash for entry in entries))[:10]
        name = f"{PREFIX}-{self.id}-{len(self.jobs) + 1:03d}-{digest}"
        self._note({"event": "planned", "job": name, "model": model, "entries": [asdict(one) for one in entries]})
        return self.jobs[name]

    def trying(self, job: Job) -> None:
        """The next thing that happens is its creation."""
        self._note({"event": "trying", "job": job.name})

    def created(self, job: Job, identity: str, since: float) -> None:
        """The service has taken it on, at that time, under that id."""
        self._note({"event": "created", "job": job.name, "id": identity, "since": since})

    def seen(self, job: Job, state: str, error: str = "") -> None:
        """The job is in a state; noted where it is another than before."""
        if (state, error) != (job.state, job.error):
            self._note({"event": "state", "job": job.name, "state": state, "error": error})

    def read_items(self, job: Job, fates: Iterable[tuple[str, Fate]]) -> None:
        """Answers were read; good ones lie in the store already."""
        events = [
            {
                "event": "item",
                "job": job.name,
                "hash": request,
                "fate": fate.kind,
                "why": fate.why,
                "tokens": fate.tokens,
            }
            for request, fate in fates
        ]
        if events:
            self._note(*events)

    def give_up(self, requests: Iterable[tuple[str, str]], fallback: Fallback[Any]) -> None:
        """Requests (hash and scene) are made by themselves from now on."""
        why = {"why": fallback.why, "reason": fallback.reason}
        events = [{"event": "fallback", "hash": request, "scene": scene, **why} for request, scene in requests]
        if events:
            self._note(*events)

    def cancelled(self, job: Job, why: str) -> None:
        """The service was asked to cancel it."""
        self._note({"event": "cancelled", "job": job.name, "why": why})

    # --- What is known -----------------------------------------------------------------------------------------------

    def job_with(self, request: str) -> Job | None:
        """The job from which the request's answer can be had, now or later."""
        job = self._by_hash.get(request)
        return job if job is not None and job.holds(request) else None

    def given_up(self, request: str) -> Fallback[Any] | None:
        """Why the request is made by itself in this making; None where it is not."""
        return self._given_up.get(request)

    def unsettled(self) -> list[Job]:
        """Jobs that were to be created, and of which nothing more is known."""
        return [job for job in list(self.jobs.values()) if job.id is None and not job.is_over]

    def running(self) -> list[Job]:
        """Jobs that have not ended, as far as is known; of those never heard of, it may be that there are none."""
        return [job for job in list(self.jobs.values()) if not job.is_over]

    def fallbacks(self) -> dict[str, tuple[str, str]]:
        """Requests that were given up, in any making -> their scene and why."""
        return dict(self._fallbacks)

    def turnarounds(self) -> list[Turnaround]:
        """How long the jobs took that had answers, or none, of their own accord; the oldest first."""
        told = []
        for job in list(self.jobs.values()):
            if job.since is None:
                continue
            if job.state in FRUITFUL and job.ended is not None:
                told.append(Turnaround(len(job.entries), job.ended - job.since))
            elif job.state in {"FAILED", "EXPIRED"} or job.cancelled == "deadline":
                told.append(Turnaround(len(job.entries), None))
        return told

    def outcomes(self) -> dict[str, Outcome]:
        """What has become of every request so far, by its hash; of one in several jobs the last counts."""
        told: dict[str, Outcome] = {}
        for job in list(self.jobs.values()):
            for entry in job.entries:
                fate = job.fates.get(entry.hash)
                kind = "stored" if fate is not None and fate.kind == "stored" else "open"
                told[entry.hash] = Outcome(entry.scene, job.name, kind, "")
        for request, (scene, why) in self._fallbacks.items():
            before = told.get(request)
            if before is None or before.kind != "stored":
                told[request] = Outcome(scene, before.job if before else None, "fallback", why)
        return told

    def _take(self, event: dict[str, Any]) -> None:
        kind, at = event["event"], float(event["at"])
        if kind == "ledger":
            self.id = self.id or str(event["id"])
        elif kind == "making":
            self._given_up.clear()
        elif kind == "planned":
            self._take_plan(event, at)
        elif kind == "fallback":
            request, fallback = str(event["hash"]), Fallback[Any](str(event["why"]), str(event["reason"]))
            self._given_up[request] = fallback
            self._fallbacks[request] = str(event["scene"]), fallback.why
        else:
            self._take_news(self.jobs[event["job"]], event, at)

    def _take_plan(self, event: dict[str, Any], at: float) -> None:
        entries = tuple(Entry(str(one["hash"]), str(one["scene"]), bool(one["named"])) for one in event["entries"])
        job = Job(str(event["job"]), str(event["model"]), entries, planned=at, tried=at)
        self.jobs[job.name] = job
        for entry in entries:
            self._by_hash[entry.hash] = job
            self._given_up.pop(entry.hash, None)

    def _take_news(self, job: Job, event: dict[str, Any], at: float) -> None:
        """What a line says of one job."""
        kind = event["event"]
        if kind == "trying":
            job.tried, job.tries = at, job.tries + 1
        elif kind == "created":
            job.id, job.since, job.state = str(event["id"]), float(event["since"]), "PENDING"
        elif kind == "state":
            job.state, job.error = str(event["state"]), str(event["error"])
            job.ended = at if job.is_over else None
        elif kind == "item":
            job.fates[str(event["hash"])] = Fate(str(event["fate"]), str(event["why"]), int(event["tokens"]))
        elif kind == "cancelled":
            job.cancelled = str(event["why"])


def read_ledger(folder: Path) -> Ledger:
    """What is known of a run's batches, to look at only; another process may be writing.

    Raises:
        EnvironmentFault: it is there and cannot be read.
    """
    ledger = Ledger(folder, lambda: 0.0)
    ledger.read()
    return ledger
