"""How the pool starts its worker processes: fresh interpreters that know nothing of the caller's script."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from types import FrameType, ModuleType
from typing import Any

from visium_graph.sandbox.client import close_all
from visium_graph.sandbox.scratch import remove_own

__all__ = ["WorkerContext", "settle_worker"]

_swap = threading.Lock()


class _Worker(SpawnProcess):
    """A spawned process that does not import the caller's `__main__` again.

    Spawning would run a plain script a second time (and that copy would spawn again). The worker needs nothing of it:
    all it unpickles lies in this package. So an empty module stands in for `__main__` while the start is prepared.
    """

    def start(self) -> None:
        with _swap:
            main = sys.modules["__main__"]
            blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited: Ctrl-C is the parent's
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = main
                signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class WorkerContext(SpawnContext):
    """The spawn context with such workers; `started` lists them."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802  # the base's name
        """A new worker, not yet started."""
        process = _Worker(*args, **kwargs)
        self.started.append(process)
        return process


def settle_worker(temporary: str) -> None:
    """Run first in each worker: end cleanly when told to, and when the parent is gone.

    Args:
        temporary: the parent's folder for temporary files. Finding one's own is trying with a file, which a kill at that
            moment would leave there.
    """
    tempfile.tempdir = temporary
    signal.signal(signal.SIGTERM, _end)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True, name="follow-parent").start()


def _end(_number: int, _frame: FrameType | None) -> None:
    close_all()
    remove_own()
    os._exit(0)
