"""Runs attacks one by one and notes, after each, all that was lost."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import av

from hostile.attack import Attack
from hostile.unconfined import take_confinement_away
from hostile.world import World, bury
from visium_graph.checks import findings_of
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.sandbox import Job, JobResult, Limits, run_job
from visium_graph.sandbox.client import close_all

_SLACK_SECONDS = 12.0  # over the limit of a job, on a busy machine
_EVERY = 40
_STORED_BYTES = 30_000_000
_BENIGN = """
from manim import *

class Benign(Scene):
    def construct(self):
        self.play(Create(Square()), run_time=0.2)
        self.add(Text("fine"))
        self.wait(0.1)
"""


@dataclass
class Record:
    """What became of one attack."""

    name: str
    status: str
    seconds: float
    lost: list[tuple[str, str]] = field(default_factory=list)
    """Kind of loss, and what."""
    faults: list[str] = field(default_factory=list)
    """What should not have happened although nothing was lost."""
    said: str = ""


class Trials:
    """One world and the attacks on it, in one process.

    Attributes:
        faults: what was wrong between attacks: the preloaded process does not serve any more.
    """

    def __init__(self, folder: Path, token: str, whole_user: bool, *, unconfined: bool) -> None:
        self.world = World(folder, token, whole_user=whole_user)
        self.faults: list[str] = []
        self._unconfined = unconfined
        if unconfined:
            take_confinement_away(folder)
        self._count = 0
        self._serves()
        self._first = [process.pid for process in self.world.preloaded()]
        if not unconfined:
            self.faults += [f"memory shared with the preloaded process: {line}" for line in self._shared_mappings()]

    def run(self, attack: Attack) -> Record:
        """One attack from its start until everything has been looked at."""
        job = _job(attack, self._payload(attack.source(self.world.targets), attack.math), self.world.store)
        if not self.world.preloaded():  # the one before was lost
            self._serves()
        before, started = self.world.look(), time.monotonic()
        result, faults = None, []
        try:
            result = run_job(job)
        except (EnvironmentFault, InputError, OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
            faults.append(f"run_job raised {type(error).__name__}: {error}"[:300])
        seconds = time.monotonic() - started
        grown = self.world.store_bytes() - before["store"]
        if grown > _STORED_BYTES:
            faults.append(f"{grown} bytes more in the store")
        if self._unconfined:
            time.sleep(0.1)  # datagrams take a moment
        survivors = self.world.survivors()
        lost = self.world.losses(before, self.world.look())
        lost += [("survivor", str(process)) for process in survivors]
        for process in survivors:
            bury(process)
        said = ""
        if result is not None:
            said = json.dumps(asdict(result), default=str, ensure_ascii=False)
            lost += self._in_result(result, said)
            faults += _faults_of(result, attack, said, confined=not self._unconfined)
        if seconds > attack.seconds + _SLACK_SECONDS:
            faults.append(f"took {seconds:.1f} s of {attack.seconds:g}")
        if lost:
            self.world.restore()
        self._count += 1
        if self._count % _EVERY == 0:
            self._serves()
        status = result.status if result else "raised"
        message = result.fault.message if result and result.fault else said[:2000]
        return Record(attack.name, status, seconds, lost, faults, message[:2000])

    def finish(self) -> None:
        """The preloaded process still serves, and is the one of the start."""
        self._serves()
        pids = [process.pid for process in self.world.preloaded()]
        if not self._unconfined and pids != self._first:
            self.faults.append(f"preloaded processes were {self._first}, are {pids}")

    def close(self) -> None:
        """End all processes; after that none may be left."""
        close_all()
        self.faults += [f"left at the end: {process}" for process in self.world.survivors()]
        self.world.close()

    def _payload(self, code: str, math: str) -> dict[str, Any]:
        beats = [{"id": "a", "seconds": 0.2}]
        return {"scene_id": "attack", "code": code, "beats": beats, "width": 64, "height": 48, "fps": 10,
                "theme": "dark", "math": math, "assets": {}}  # fmt: skip

    def _serves(self) -> None:
        code = f"{_BENIGN}\n# {time.monotonic_ns()}\n"  # a job of its own, not a stored result
        result = run_job(Job("render", self._payload(code, "mathjax"), self.world.store, Limits(seconds=30)))
        if result.status != "done" or _film_fault(result, 10):
            self.faults.append(
                f"a benign scene after {self._count} attacks: {result.status} {result.fault} {result.log}"
            )

    def _in_result(self, result: JobResult, said: str) -> list[tuple[str, str]]:
        """Secrets in what the job brought back."""
        pieces = {"result": said.encode("utf-8", "replace")}
        for suffix, path in result.files.items():
            if path.stat().st_size < 5_000_000:
                pieces[f"file {suffix}"] = path.read_bytes()
        lost = []
        for where, data in pieces.items():
            found = set(re.findall(rb"canary-[a-z]+-" + self.world.token.encode(), data))
            lost += [("canary", f"{secret.decode()} in {where}") for secret in sorted(found)]
            if b"LEAK " in data or b"root:x:0:0" in data:
                lost.append(("leak", where))
        return lost

    def _shared_mappings(self) -> list[str]:
        lines = [line for pid in self._first for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
        return [line for line in lines if re.fullmatch("rw.s", line.split()[1])]


def _job(attack: Attack, payload: dict[str, Any], store: Path) -> Job:
    limits = Limits(seconds=attack.seconds, memory_mb=attack.memory_mb, disk_mb=attack.disk_mb, files=attack.files)
    return Job(attack.task, payload, store, limits)


def _faults_of(result: JobResult, attack: Attack, said: str, *, confined: bool) -> list[str]:
    """What a result must never be, whatever the scene claims."""
    faults = []
    if re.search("NameError|IndentationError", said) and not attack.group.startswith("tampering"):
        faults.append("a scene that is broken attacks nothing")
    if confined and attack.ends and result.status not in (*attack.ends, "timeout"):  # on a machine that has no time
        faults.append(f"ended {result.status}, not {' or '.join(attack.ends)}")
    try:
        findings_of(result, "scene.py")
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        faults.append(f"findings cannot be made of it: {type(error).__name__}: {error}")
    if len(said) > 400_000:
        faults.append(f"a result of {len(said)} characters")
    if result.fault is not None and len(result.fault.message) + len(result.fault.type) > 2300:
        faults.append("a fault of any length")
    if result.fault is not None and "\x1b" in result.fault.message + result.fault.type:
        faults.append("control characters in a fault")
    if result.status == "done" and attack.task == "render":
        faults += _film_fault(result, 10)
    if len(result.files) > 100:
        faults.append(f"{len(result.files)} files")
    return faults


def _film_fault(result: JobResult, fps: int) -> list[str]:
    """A result that says it is done has a film of the length it says, and a still of each beat."""
    frames = result.value.get("frames")
    film = result.files.get(".mp4")
    if film is None or not isinstance(frames, int):
        return ["done without a film"]
    try:
        with av.open(str(film)) as container:
            count = sum(1 for _ in container.decode(video=0))
            size = (container.streams.video[0].width, container.streams.video[0].height)
    except (av.FFmpegError, IndexError, ValueError) as error:
        return [f"a film that is none ({error})"]
    if (count, size, result.value.get("fps")) != (frames, (64, 48), fps):
        return [f"a film of {count} frames of {size}, said to be {frames} at {result.value.get('fps')}"]
    return [] if set(result.files) == {".mp4", "-0.png"} else [f"files {sorted(result.files)[:10]}"]
