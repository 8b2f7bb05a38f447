"""Runs by batch that are killed at chosen steps, and continued until they are complete.

A life is a process that works on a run: for every scene a draft and, for some, a repair, each answer stored. Its steps are
counted: before each entry of the ledger, in its midst and after it; before each request, while it is under way, when it has
been answered; before and after each answer is stored. At one of them the process ends as by SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import httpx

from tests.gemini import faults
from tests.gemini.call import Call
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.server import KEY, GeminiServer
from visium_graph.models import calls
from visium_graph.models.batch import Answer, Cohort, Item, Jobs, Ledger, Limits, read_ledger
from visium_graph.models.batch.item import Json
from visium_graph.models.batch.service import Service
from visium_graph.store import Store

SPEED = 300.0
LIMITS = Limits(settle=3.0, grace=20.0, deadline=50_000.0, patience=600.0, most_requests=4)
_MODEL = "gemini-3.8-flash"
_MOST_LIVES = 40
_LONGEST = 60.0


@dataclass(frozen=True)
class Scenes:
    """What a run has to get: every so many of its scenes are repaired once."""

    count: int = 5
    every: int = 2

    def requests(self) -> dict[str, list[str]]:
        """Scene -> the hashes of its requests, one after the other."""
        names = [f"s{number}" for number in range(self.count)]
        return {name: [f"{name}/{turn}" for turn in range(1 + (not int(name[1:]) % self.every))] for name in names}


# --- A life ----------------------------------------------------------------------------------------------------------


class Steps:
    """Counts, and ends the process at one of them.

    Args:
        last: number of the step, from 1; 0 for none.
        delay: seconds from a request's sending to the process's end, where the step is one under way.
        told: file to which the name of that step is added.
    """

    def __init__(self, last: int, delay: float, told: Path) -> None:
        self._last = last
        self._told = told
        self._delay = delay
        self._lock = threading.Lock()
        self.names: list[str] = []

    def at(self, name: str, before: Callable[[], object] = lambda: None) -> None:
        """One step; `before` is done only where it is the last."""
        if self._is_last(name):
            before()
            os.kill(os.getpid(), signal.SIGKILL)

    def under_way(self, name: str) -> None:
        """A step that lasts: the process ends a little later."""
        if self._is_last(name):
            threading.Timer(self._delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def _is_last(self, name: str) -> bool:
        with self._lock:  # the ledger is written in threads
            self.names.append(name)
            if len(self.names) != self._last:
                return False
            with self._told.open("a") as file:
                file.write(f"{name}\n")
            return True

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Inside the block entries of the ledger and requests are steps."""
        note, send = Ledger._note, httpx.AsyncClient.request

        def noted(ledger: Ledger, *events: dict[str, Any]) -> None:
            kind = str(events[0]["event"])
            self.at(f"before {kind}")
            self.at(f"amid {kind}", partial(_torn, ledger.path, events))
            note(ledger, *events)
            self.at(f"after {kind}")

        async def sent(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Response:
            kind = _kind(method, url)
            self.at(f"before {kind}")
            self.under_way(f"during {kind}")
            response = await send(client, method, url, **options)
            self.at(f"answered {kind}")
            return response

        with mock.patch.object(Ledger, "_note", noted), mock.patch.object(httpx.AsyncClient, "request", sent):
            yield


def _torn(path: Path, events: tuple[dict[str, Any], ...]) -> None:
    with path.open("ab") as file:
        line = json.dumps(events[0]).encode()
        file.write(line[: len(line) // 2])


def _kind(method: str, url: str) -> str:
    if method == "POST":
        return "cancel" if url.endswith(":cancel") else "create"
    return "list" if url.endswith("/batches") else "look"


def live(url: str, now: float, folder: str, scenes: Scenes, last: int, delay: float) -> None:
    """A process's life: complete the run, or die at a step. Writes the steps' names beside the run."""
    calls._FIRST_PAUSE = 0.01
    steps = Steps(last, delay, Path(folder) / "kills.txt")
    clock = Clock(SPEED)
    clock.advance(now - clock.now())
    with steps.counted():
        asyncio.run(_run(url, Path(folder), scenes, clock, steps))
    (Path(folder) / "steps.txt").write_text("\n".join(steps.names))
    sys.exit(0)


async def _run(url: str, folder: Path, scenes: Scenes, clock: Clock, steps: Steps) -> None:
    store = Store(folder / "cache")
    service = Service(KEY, url, LIMITS, clock)
    async with Jobs(Ledger(folder, clock.now), service, LIMITS, clock) as jobs:
        cohort = Cohort(jobs)
        asked = scenes.requests()
        cohort.join(*asked)
        try:
            async with asyncio.TaskGroup() as together:
                for scene, hashes in asked.items():
                    together.create_task(_scene(cohort, store, scene, hashes, steps))
        finally:
            await cohort.aclose()


async def _scene(cohort: Cohort, store: Store, scene: str, hashes: list[str], steps: Steps) -> None:
    async with cohort.member(scene):
        for request in hashes:
            key = request.replace("/", "-")
            if store.get_record("answer", key) is not None:
                continue

            async def take(response: Json, key: str = key) -> Json:
                told: Json = json.loads(response["candidates"][0]["content"]["parts"][0]["text"])
                steps.at("before storing")
                await asyncio.to_thread(store.put_record, "answer", key, told)
                steps.at("after storing")
                return told

            body = {"contents": [{"role": "user", "parts": [{"text": request}]}]}
            outcome = await cohort.ask(Item(request, scene, _MODEL, body, take))
            if not isinstance(outcome, Answer):
                single = {"answer": "by itself", "why": outcome.why}
                await asyncio.to_thread(store.put_record, "answer", key, single)


# --- A run of several lives ----------------------------------------------------------------------------------------------


def _author(call: Call) -> dict[str, str]:
    return {"scene_id": call.prompt.split("/")[0], "answer": call.prompt}


@dataclass
class Killed:
    """A run, and what is wrong with it at its end."""

    kills: int = 0
    wrong: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    """What the last life went through."""
    killed: Counter[str] = field(default_factory=Counter)
    """The steps at which lives ended."""


def plan_of(seed: object, *, rough: bool) -> Plan:
    """How long jobs take, and, where it is rough, what goes wrong with calls; never what would lead to single calls."""
    plan = Plan(turnaround=Turnaround(10, 40), seed=seed)
    if rough:
        mixture = [faults.lost(), faults.status(503), faults.status(429, retry=1), faults.reset(), faults.bad_json()]
        plan.mix(mixture, chance=0.15, kinds=("batch_create", "batch_get", "batch_list", "batch_cancel"))
        plan.add(faults.reordered(), chance=0.3).add(faults.no_metadata(), chance=0.3)
    return plan


def killed_and_continued(seed: object, folder: Path, kills: list[float], *, rough: bool, scenes: Scenes) -> Killed:
    """Make a run whose process is killed and started again, and judge it.

    Args:
        seed: of faults and delays.
        folder: of the run; does not exist yet.
        kills: when: each a share of the steps of an undisturbed life.
        rough: whether the service fails as well.
        scenes: what there is to get.
    """
    folder.mkdir(parents=True)
    luck = Random(f"{seed}/kills")
    report = Killed()
    pending = list(kills)
    with GeminiServer(_author, plan_of(seed, rough=rough), clock=Clock(SPEED)) as server:
        for number in range(_MOST_LIVES):
            last = 1 + int(pending[0] * usual_steps(scenes)) if pending else 0
            code = _lived(server, folder, scenes, last, luck.uniform(0, 0.004))
            if code == 0:
                break
            if code != -signal.SIGKILL:
                report.wrong.append(f"life {number} ended with {code}")
                break
            report.kills += 1
            pending.pop(0)
            if luck.random() < 0.5:
                server.clock.advance(luck.choice([5.0, 60.0, 4000.0]))
        else:
            report.wrong.append("never done")
        report.wrong += _faults_of(server, folder, scenes)
    for name, counter in (("steps.txt", report.steps), ("kills.txt", report.killed)):
        if (folder / name).exists():
            counter.update((folder / name).read_text().splitlines())
    return report


def usual_steps(scenes: Scenes) -> int:
    """About as many as an undisturbed life has: those of the ledger and of requests, most of which are looks at jobs."""
    return 60 + 12 * scenes.count


def _lived(server: GeminiServer, folder: Path, scenes: Scenes, last: int, delay: float) -> int:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # seconds of imports, once
    arguments = (server.url, server.clock.now(), str(folder), scenes, last, delay)
    process = context.Process(target=live, args=arguments)
    process.start()
    process.join(_LONGEST)
    if process.exitcode is None:
        process.kill()
        process.join()
        return 1
    return process.exitcode


def _faults_of(server: GeminiServer, folder: Path, scenes: Scenes) -> list[str]:
    """What is not as it should be at the end of a run."""
    wrong = [f"{several[0].digest} was submitted {len(several)} times" for several in server.log.submitted_twice()]
    store = Store(folder / "cache")
    for hashes in scenes.requests().values():
        for request in hashes:
            record = store.get_record("answer", request.replace("/", "-"))
            told = record.data["answer"] if record else None
            if told != request:
                wrong.append(f"{request}: {record.data if record else 'no answer'}")
    until = time.monotonic() + 2
    while any(one.state == "open" for one in server.log.submissions()) and time.monotonic() < until:
        time.sleep(0.01)
    left = [one for one in server.log.submissions() if one.state == "open"]
    wrong += [f"{len(left)} requests are still open at the service"] * bool(left)
    ledger = read_ledger(folder)
    wrong += [f"{job.name} is {job.state} in the ledger" for job in ledger.jobs.values() if not job.is_over]
    return wrong


def shares(seed: object, count: int) -> list[float]:
    """Moments for kills, from the first step to the last."""
    luck = Random(f"{seed}/shares")
    return [luck.random() for _ in range(count)]
