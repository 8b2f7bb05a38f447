"""SIGKILL in the midst of model calls: the run is resumed, is complete, and no finished answer is paid for twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from random import Random

import pytest

from tests.crew.author import CrewAuthor, role_of
from tests.crew.command import environment, start, visium
from tests.crew.making import keyed, settings_for
from tests.crew.verdict import drafts_kept, judge
from tests.gemini.faults import Plan
from tests.gemini.server import GeminiServer
from visium_graph.run import Run

SEED = 5
LATENCY = 0.4
SETTLING = 0.3
"""Seconds after an answer was sent until the client is sure to have kept it."""
MOMENTS = (
    # The request at which the process is killed (any later one of a role if it is beyond the last), and seconds after it.
    ("script", 1, 0.1),
    ("director", 1, LATENCY + 0.02),
    ("coder", 3, 0.2),
    ("coder", 7, LATENCY + 0.01),
    ("reviewer", 2, 0.3),
)


class Killer:
    """Kills the process some time after the n-th request for a role has arrived."""

    def __init__(self, role: str, number: int, after: float) -> None:
        self._role, self._left, self._after = role, number, after
        self._process = None
        self.at = None

    def watch(self, process) -> None:
        self._process = process

    def __call__(self, exchange) -> None:
        if exchange.outcome != "open" or exchange.kind != "generate" or role_of(exchange.call) != self._role:
            return
        self._left -= 1
        if self._left == 0:
            threading.Timer(self._after, self._kill).start()

    def _kill(self) -> None:
        self.at = time.monotonic()
        os.kill(self._process.pid, signal.SIGKILL)


@pytest.mark.parametrize(("role", "number", "after"), MOMENTS)
def test_a_killed_run_is_completed_and_pays_nothing_twice(tmp_path, role, number, after):
    luck = Random(f"{SEED}/{role}/{number}")
    author = CrewAuthor(SEED, slips=0, scenes=4)
    lecture = author.lecture(luck.randrange(1, 50))
    plan = Plan(latency=LATENCY)
    with GeminiServer(author, plan) as server:
        killer = Killer(role, number, after)
        server.log.listen(killer)
        env = environment(server, tmp_path / "store")
        process = start(["make", lecture.topic, "-o", str(tmp_path / "run")], env)
        killer.watch(process)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
        code, _, told = visium(["resume", str(tmp_path / "run")], env)
        assert code == 0, told
        assert paid_twice(server, killer.at) == []
        with keyed():
            settings = settings_for(server, tmp_path / "store")
            verdict = judge(lecture, Run(tmp_path / "run"), settings, drafts_kept(tmp_path / "store"))
        assert verdict.wrong == []


def paid_twice(server, killed):
    """Requests that were made again although they were answered well before the kill, or more than once again."""
    exchanges = defaultdict(list)
    for one in server.log.of("generate"):
        exchanges[one.call.digest].append(one)
    wrong = []
    for several in exchanges.values():
        first, *again = several
        in_flight = first.outcome == "abandoned" or first.ended is None or first.ended > killed - SETTLING
        if len(again) > 1 or (again and not in_flight):
            wrong.append([(role_of(one.call), one.outcome, one.began - killed) for one in several])
    return wrong
