"""How long a video takes beside the time that its model takes: the real command, timed from outside.

The bound is what no arrangement could beat by much: the model's critical path (script, then director, then the scene whose
coder and reviewer take longest together) and the rendering of one scene; or, where that is more, the work of all processors.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.crew.author import CrewAuthor, role_of
from tests.crew.command import environment, start
from tests.gemini.call import Call
from tests.gemini.faults import Plan
from tests.gemini.log import Log
from tests.gemini.server import GeminiServer

__all__ = ["QUIET", "SECONDS", "Pace", "latency", "measure"]

SECONDS = {"script": 8.0, "director": 7.0, "coder": 7.0, "reviewer": 4.0}
"""What a fast model with some thinking takes to answer."""
QUIET = 0.2
"""Share of the processors that others may use: on a machine that is busier, the time says more of them than of us."""


@dataclass(frozen=True)
class Pace:
    """One video, timed. All in seconds.

    Attributes:
        wall: from the command's start to its end.
        model: the critical path of the model.
        rendering: of the scene that took longest.
        work: of all processes on all processors.
        cores: processors that may be used.
        busy: share of the processors that others used meanwhile.
    """

    number: int
    scenes: int
    calls: int
    wall: float
    model: float
    rendering: float
    work: float
    cores: int
    busy: float

    @property
    def bound(self) -> float:
        """What it could not be quicker than."""
        return max(self.model + self.rendering, self.work / self.cores)

    @property
    def quiet(self) -> bool:
        """Whether others left the machine to it."""
        return self.busy <= QUIET

    @property
    def ratio(self) -> float:
        """How much longer it took."""
        return self.wall / self.bound


def latency(seed: object, scale: float = 1.0):  # type: ignore[no-untyped-def]  # a function of the call
    """Seconds that the model takes for a call: by its role, more or less."""

    def of(call: Call) -> float:
        return scale * SECONDS[role_of(call)] * call.random((seed, "latency")).uniform(0.7, 1.3)

    return of


def measure(seed: object, number: int, folder: Path, *, scale: float = 1.0) -> Pace:
    """Make one video with the command and time it.

    Args:
        seed: of the author and of latencies.
        number: of the lecture.
        folder: for the run and its store, which is empty but for the index of manim.
        scale: of the latencies.
    """
    author = CrewAuthor(seed, slips=0, never=0)
    lecture = author.lecture(number)
    with GeminiServer(author, Plan(latency=latency(seed, scale), seed=seed)) as server:
        env = environment(server, folder / "store") | {"VISIUM_CALL_SECONDS": "60"}
        others, began = _others(), time.monotonic()
        process = start(["make", lecture.topic, "-o", str(folder / "run"), "--json"], env)
        _, told = process.communicate(timeout=600)
        wall = time.monotonic() - began
        work = _reaped() - others[1]
        assert process.returncode == 0, told
        log = server.log
    report = json.loads((folder / "run" / "report.json").read_text(encoding="utf-8"))
    cores = len(os.sched_getaffinity(0))
    spent = _others()[0] - others[0] - work
    return Pace(
        number=number,
        scenes=len(lecture.scenes),
        calls=len(log.of("generate")),
        wall=wall,
        model=critical_path(author, log),
        rendering=max(scene["render_seconds"] for scene in report["scenes"]),
        work=work,
        cores=cores,
        busy=max(0.0, spent / (wall * cores)),
    )


def critical_path(author: CrewAuthor, log: Log) -> float:
    """Seconds of the longest chain of calls of which each had to wait for the one before."""
    script = director = 0.0
    scenes: defaultdict[str, float] = defaultdict(float)
    for one in log.of("generate"):
        assert one.ended is not None
        seconds = one.ended - one.began
        role = role_of(one.call)
        if role == "script":
            script += seconds
        elif role == "director":  # its calls run side by side
            director = max(director, seconds)
        else:
            scenes[author.about(one.call)] += seconds
    return script + director + max(scenes.values(), default=0.0)


def _reaped() -> float:
    """Processor seconds of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _others() -> tuple[float, float]:
    """Processor seconds of the whole machine, and of this process's ended children."""
    with Path("/proc/stat").open(encoding="ascii") as file:
        user, nice, system, _, _, irq, soft, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK"), _reaped()
