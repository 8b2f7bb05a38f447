"""The processes of one making: who they are, who can be killed, and whether all of them are gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

__all__ = ["VICTIMS", "Family"]

VICTIMS = ("worker", "preloaded", "child", "latex", "app")
"""A worker of the pool, its preloaded process, a job's child, a program that the LaTeX broker runs, the command itself."""
_PRELOADED = "visium_graph.sandbox.preload"
_WORKER = "multiprocessing.spawn"
_POLL_SECONDS = 0.02


class Family:
    """All processes of a making. They are known by its own TMPDIR in their environment, whoever their parents are.

    Args:
        temporary: the making's TMPDIR.
    """

    def __init__(self, temporary: Path) -> None:
        self._temporary = str(temporary)

    def of_kind(self, kind: str, app: int) -> list[psutil.Process]:
        """Processes that are such a victim at this moment.

        Args:
            kind: one of `VICTIMS`.
            app: pid of the command.
        """
        found = []
        for pid, parents in _below(app):
            if _kind(pid, parents) == kind:
                with suppress(psutil.NoSuchProcess):
                    found.append(psutil.Process(pid))
        return found

    def alive(self) -> list[psutil.Process]:
        """Every process of the making that has not ended."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                mine = process.environ().get("TMPDIR", "").startswith(self._temporary)
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def left_after(self, seconds: float) -> list[str]:
        """What is still there so many seconds later: the command line of each; empty as soon as nothing is."""
        end = time.monotonic() + seconds
        while (left := self.alive()) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        return [_command(process.pid) for process in left]

    def end(self) -> None:
        """Kill what is there."""
        for process in self.alive():
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _below(pid: int) -> Iterator[tuple[int, list[int]]]:
    """A process and all below it, each with its parents up to the first one, the nearest first."""
    waiting: list[tuple[int, list[int]]] = [(pid, [])]
    while waiting:
        found, parents = waiting.pop()
        yield found, parents
        # Not by psutil, which goes through every process of the machine: a job's child lives for a fraction of a second.
        with suppress(OSError):  # any of them may end meanwhile
            for children in Path(f"/proc/{found}/task").glob("*/children"):
                waiting += [(int(child), [found, *parents]) for child in children.read_text().split()]


def _kind(pid: int, parents: list[int]) -> str:
    if not parents:
        return "app"
    command = _command(pid)
    if _WORKER in command:
        return "worker"
    above = [_PRELOADED in _command(parent) for parent in parents]
    if _PRELOADED in command:  # a job's child is a fork of the preloaded process
        return "child" if above[0] else "preloaded"
    return "latex" if any(above) else ""


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    return ""
