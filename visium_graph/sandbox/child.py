"""The child: one process for one job, forked from the preloaded process, never used again."""

from __future__ import annotations

import dataclasses
import faulthandler
import gc
import importlib
import itertools
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from visium_graph.sandbox import tex_client
from visium_graph.sandbox.confine import confine
from visium_graph.sandbox.fault import fault_of, is_the_machines
from visium_graph.sandbox.job import INSPECTIONS, TASKS, Limits
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.linux import die_with_parent
from visium_graph.sandbox.scratch import read_job, scene_file
from visium_graph.sandbox.wire import WireError, pack

__all__ = ["DUMP_SIGNAL", "Work", "enter", "inspection", "job"]

_WHY_CHARACTERS = 500
DUMP_SIGNAL = signal.SIGUSR1
"""At this signal the child writes its stack to the log: the monitor sends it before it kills."""


class Work(NamedTuple):
    """What a child does."""

    do: Callable[[Path], dict[str, Any]]
    """Takes the scratch folder, returns the message to send."""
    writes: bool
    """Whether it may write in the scratch folder."""


def enter(
    work: Work,
    scratch: Path,
    limits: Limits,
    kernel: Confinement,
    *,
    parent: int,
    result: int,
    log: int,
    broker: int,
) -> NoReturn:
    """Do the work in `scratch` and end the process. Called right after the fork, in the child.

    Args:
        work: what to do.
        scratch: the job's folder; it becomes the current directory.
        limits: what the job may use.
        kernel: what the kernel can enforce. All of that is enforced.
        parent: pid of the preloaded process.
        result: descriptor of the pipe that takes the outcome, one message.
        log: descriptor of the pipe that takes whatever the scene prints.
        broker: descriptor of the socket at whose other end LaTeX is run.
    """
    code = 1
    try:
        _settle(scratch, parent, log, {result, broker})
        tex_client.connect(broker)
        confine(limits, scratch, kernel, writable=work.writes)
        _write_all(result, _packed(work.do(scratch)))
        sys.stdout.flush()
        sys.stderr.flush()
        code = 0
    except BaseException:  # noqa: BLE001  # whatever happens here, the child must not run on as a second preloaded process
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _settle(scratch: Path, parent: int, log: int, kept: set[int]) -> None:
    os.setsid()  # a process group of its own, which can be killed whole
    die_with_parent(parent)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for below, above in itertools.pairwise((2, *sorted(kept), os.sysconf("SC_OPEN_MAX"))):
        os.closerange(below + 1, above)
    faulthandler.enable(file=2, all_threads=True)
    faulthandler.register(DUMP_SIGNAL, file=2, all_threads=True, chain=False)
    gc.unfreeze()
    home = scratch / "home"  # TeX and fontconfig want a place to write to
    home.mkdir(exist_ok=True)
    os.environ["HOME"] = str(home)
    os.environ["TMPDIR"] = tempfile.tempdir = str(home)
    os.chdir(scratch)
    random.seed(0)
    os.utime = _touched


_utime = os.utime


def _touched(path: Any, *arguments: Any, **options: Any) -> None:
    """`os.utime`, which does nothing in a confined process, but raises for what is not there: `Path.touch` asks by it."""
    os.stat(path, dir_fd=options.get("dir_fd"))
    _utime(path, *arguments, **options)


def _job(scratch: Path) -> dict[str, Any]:
    task, payload = read_job(scratch)
    module, _, function = TASKS[task].partition(":")
    try:
        value = getattr(importlib.import_module(module), function)(payload, scratch)
    except BaseException as error:  # noqa: BLE001  # a scene's code may raise anything at all, SystemExit too
        traceback.print_exc()
        return {
            "status": "error",
            "fault": dataclasses.asdict(fault_of(error, scene_file(scratch, payload["scene_id"]))),
            "machines": is_the_machines(error, scratch),
        }
    return {"status": "done", "value": value}


job = Work(_job, writes=True)
"""The job that the folder was laid out for."""


def inspection(expected: dict[str, Any], value: dict[str, Any]) -> Work:
    """Look at what a job left in the folder; arguments as for an inspection's function."""

    def inspected(scratch: Path) -> dict[str, Any]:
        module, _, function = INSPECTIONS[expected["task"]].partition(":")
        try:
            getattr(importlib.import_module(module), function)(expected, scratch, value)
        except ValueError as error:
            return {"status": "refused", "why": str(error)[:_WHY_CHARACTERS]}
        return {"status": "fine"}

    return Work(inspected, writes=False)


def _packed(message: dict[str, Any]) -> bytes:
    try:
        return pack(message)
    except WireError as error:
        return pack({"status": "error", "fault": {"type": "WireError", "message": f"the result is {error}", "line": 1}})


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
