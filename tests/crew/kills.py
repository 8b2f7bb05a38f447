"""SIGKILL in the midst of model calls, then `visium resume`."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.crew.author import CrewAuthor, role_of
from tests.crew.command import environment, start, visium
from tests.crew.making import keyed, settings_for
from tests.crew.verdict import drafts_kept, judge
from tests.gemini.faults import Plan
from tests.gemini.log import Exchange, Log
from tests.gemini.server import GeminiServer
from visium_graph.run import Run

__all__ = ["LATENCY", "Moment", "killed_and_resumed", "moments"]

LATENCY = 0.4
SCENES = 4
_SETTLING = 0.3
"""Seconds after an answer was sent until the client is sure to have kept it."""


@dataclass(frozen=True)
class Moment:
    """When the process is killed: some seconds after the n-th request for a role has arrived."""

    role: str
    number: int
    after: float

    def __str__(self) -> str:
        return f"{self.after:.2f} s after request {self.number} for the {self.role}"


def moments(seed: object, count: int) -> list[Moment]:
    """Kills at any time of a run; each meets some request that every run of this size has."""
    luck = Random(f"{seed}/kills")
    latest = {"script": 1, "director": 1, "coder": 6, "reviewer": 1}
    roles = luck.choices(tuple(latest), (1, 1, 4, 2), k=count)
    return [Moment(role, luck.randint(1, latest[role]), luck.uniform(0.02, 2 * LATENCY)) for role in roles]


def killed_and_resumed(seed: object, number: int, moment: Moment, folder: Path) -> list[str]:
    """Make a video, kill the command, resume it; returns what is not as it should be.

    Args:
        seed: of the author.
        number: of the lecture.
        moment: of the kill.
        folder: for run and store.
    """
    author = CrewAuthor(seed, slips=0, never=0, scenes=SCENES)
    lecture = author.lecture(number)
    run, store = Run(folder / "run"), folder / "store"
    with GeminiServer(author, Plan(latency=LATENCY)) as server:
        killer = _Killer(moment)
        server.log.listen(killer)
        env = environment(server, store)
        process = start(["make", lecture.topic, "-o", str(run.folder)], env)
        killer.watch(process)
        process.communicate(timeout=300)
        killer.stop()
        if process.returncode != -signal.SIGKILL:
            return [f"the process ended with {process.returncode} before it was killed"]
        code, _, told = visium(["resume", str(run.folder)], env)
        if code:
            return [f"it could not be resumed: {told}"]
        with keyed():
            verdict = judge(lecture, run, settings_for(server, store), drafts_kept(store))
        return [*verdict.wrong, *_paid_twice(server.log, killer.at)]


class _Killer:
    """Listens to the server's log."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._left = moment.number
        self._process: subprocess.Popen[str] | None = None
        self._timer: threading.Timer | None = None
        self.at = float("inf")

    def watch(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def __call__(self, exchange: Exchange) -> None:
        arrived = exchange.outcome == "open" and exchange.kind == "generate"
        if arrived and role_of(exchange.call) == self._moment.role:
            self._left -= 1
            if self._left == 0:
                self._timer = threading.Timer(self._moment.after, self._kill)
                self._timer.start()

    def _kill(self) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.at = time.monotonic()
            os.kill(self._process.pid, signal.SIGKILL)


def _paid_twice(log: Log, killed: float) -> list[str]:
    """Requests that were made again although they had been answered well before the kill, or more than once again."""
    exchanges: defaultdict[str, list[Exchange]] = defaultdict(list)
    for one in log.of("generate"):
        exchanges[one.call.digest].append(one)
    wrong = []
    for first, *again in exchanges.values():
        in_flight = first.outcome == "abandoned" or first.ended is None or first.ended > killed - _SETTLING
        if len(again) > 1 or (again and not in_flight):
            when = [f"{one.began - killed:+.2f} s {one.outcome}" for one in (first, *again)]
            wrong.append(f"a request for the {role_of(first.call)} was made {1 + len(again)} times: {', '.join(when)}")
    return wrong
