"""Processor time and memory of whole process trees."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

import psutil

from visium_graph.sandbox.linux import adopt_orphans

__all__ = ["Batch", "Command", "Cost", "MemorySampler", "children_end_here", "run_commands"]

_LINGER_SECONDS = 15.0
_SAMPLE_SECONDS = 0.1
_PRELOADED = "visium_graph.sandbox.preload"


@dataclass(frozen=True)
class Command:
    """A program to run, with additions to the environment."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) and wall-clock seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Batch:
    """What several commands cost: all together, and each (by its own process and all that it waited for)."""

    cost: Cost
    each: list[Cost]


@contextmanager
def children_end_here() -> Iterator[None]:
    """Make every process that is started in the block, however deep, end with it.

    A process whose parent dies becomes a child of this one, so none gets out of sight, nor out of the sum of CPU time.
    """
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in the background without it
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        yield
    finally:
        me = psutil.Process()
        while children := me.children(recursive=True):
            for process in children:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.01)
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def run_commands(commands: Sequence[Command], at_once: int = 1) -> Batch:
    """Run commands, at most `at_once` at a time, in their order.

    The CPU time of the batch is that of every process below the commands, those included that outlive them. Inside
    `children_end_here` only, and with no other children around.

    Raises:
        SystemExit: a command failed (its last words are shown), or left a process that does not end.
    """
    waiting, running = list(enumerate(commands)), {}
    costs: list[Cost | None] = [None] * len(commands)
    orphans = 0.0
    start = time.perf_counter()
    while waiting or running:
        while waiting and len(running) < at_once:
            index, command = waiting.pop(0)
            child = _Running.start(index, command)
            running[child.process.pid] = child
        pid, status, usage = os.wait4(-1, 0)
        cpu = usage.ru_utime + usage.ru_stime
        if pid in running:
            child = running.pop(pid)
            costs[child.index] = child.ended(status, cpu)
        else:
            orphans += cpu
    wall = time.perf_counter() - start
    orphans += _await_orphans()
    each = [cost for cost in costs if cost is not None]
    return Batch(Cost(sum(cost.cpu for cost in each) + orphans, wall), each)


def _await_orphans() -> float:
    """CPU seconds of what the commands left running; they have a moment to end by themselves."""
    cpu, end = 0.0, time.monotonic() + _LINGER_SECONDS
    with suppress(ChildProcessError):
        while time.monotonic() < end:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
            cpu += usage.ru_utime + usage.ru_stime if pid else 0.0
            if not pid:
                time.sleep(0.01)
        names = [" ".join(process.cmdline()) for process in psutil.Process().children(recursive=True)]
        raise SystemExit(f"left running: {names}")
    return cpu


@dataclass
class _Running:
    index: int
    command: Command
    process: subprocess.Popen[bytes]
    words: IO[bytes]
    started: float

    @classmethod
    def start(cls, index: int, command: Command) -> Self:
        words = tempfile.TemporaryFile()  # noqa: SIM115  # closed when the command has ended
        started = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command.arguments)),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            env={**os.environ, **command.environment},
            cwd=command.folder,
            start_new_session=True,  # Ctrl-C is for the benchmark, which then ends them
        )
        return cls(index, command, process, words, started)

    def ended(self, status: int, cpu: float) -> Cost:
        self.process.returncode = os.waitstatus_to_exitcode(status)
        with self.words as words:
            if self.process.returncode:
                words.seek(0)
                last = words.read().decode(errors="replace").strip()[-2000:]
                line = " ".join(map(str, self.command.arguments))
                raise SystemExit(f"{line} ended with {self.process.returncode}:\n{last}")
        return Cost(cpu, time.perf_counter() - self.started)


class MemorySampler(threading.Thread):
    """Looks at the memory of all processes below this one while the block runs.

    Attributes:
        peak: largest sum of the proportional set sizes (PSS: shared pages are split among those that share them), bytes.
        processes: how many processes that sum was of.
        most: role (`app`, `worker`, `preloaded`, `child`) -> (PSS, RSS), each the largest of any one process, bytes.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.processes = 0
        self.most: dict[str, tuple[int, int]] = {}
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Take samples until the block is over."""
        me = psutil.Process()
        while not self._over.wait(_SAMPLE_SECONDS):
            sizes = [size for process in me.children(recursive=True) if (size := self._look(process))]
            if sum(sizes) > self.peak:
                self.peak, self.processes = sum(sizes), len(sizes)

    def _look(self, process: psutil.Process) -> int:
        try:
            memory, role = process.memory_full_info(), _role(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended
            return 0
        pss, rss = self.most.get(role, (0, 0))
        self.most[role] = max(pss, memory.pss), max(rss, memory.rss)
        return int(memory.pss)


def _role(process: psutil.Process) -> str:
    """What the process is: a child that was forked has the command line of its parent."""
    line = process.cmdline()
    if _PRELOADED in line:
        parent = process.parent()
        return "child" if parent is not None and _PRELOADED in parent.cmdline() else "preloaded"
    return "worker" if "--multiprocessing-fork" in line else "app"
