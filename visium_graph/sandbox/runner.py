"""`run_job`: one job from its inputs to its stored result, in whatever process or thread it is called."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from pathlib import Path
from typing import Any

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.sandbox import outlines
from visium_graph.sandbox.client import PreloadedGone, lease
from visium_graph.sandbox.fault import line_in_dump, no_room, printable, told_fault
from visium_graph.sandbox.job import INSPECTIONS, TASKS, Job, JobResult, Limits, SceneFault, Status
from visium_graph.sandbox.kernel import require_confinement
from visium_graph.sandbox.monitor import Ending
from visium_graph.sandbox.scratch import copy_output, open_output, scene_file, scratch_folder, sweep
from visium_graph.store import Store

__all__ = ["patience", "run_job", "stored_result", "warm_up"]

_TRIES = 4
_SLACK_SECONDS = 300.0
_LOG_CHARACTERS = 4000


def run_job(job: Job) -> JobResult:
    """Run the job in a child process of its own, or return its stored result.

    A result that depends on the inputs alone (`done`, `error`) is stored under the job's key, and no job with that
    key runs again. One that depends on the machine (`timeout`, `memory`, `limit`, `crashed`) is not stored. A run that
    was ended from outside says nothing about the job, which is run again then, a few times.

    Raises:
        InputError: unknown task, or an asset that is missing or has changed.
        EnvironmentFault: the scratch folder or the store cannot be written, or the preloaded process cannot start; or
            the kernel cannot confine a job that must be confined.
    """
    if job.task not in TASKS:
        raise InputError(f"unknown task {job.task!r} (tasks: {', '.join(TASKS)})")
    stored = stored_result(job)
    if stored is not None:
        return stored
    if job.must_be_confined:
        require_confinement()
    began = time.monotonic()
    tries = 0
    while tries < _TRIES and time.monotonic() - began <= job.limits.seconds:
        tries += 1
        with scratch_folder(job) as scratch, contextlib.suppress(PreloadedGone), lease() as preloaded:
            outlines.lay_out(job, scratch)
            ending = preloaded.run(job, scratch)
            if tries == 1 and (ending.message or {}).get("machines"):
                sweep()  # and other jobs may have left room in the meantime
            elif not _lost(job, scratch, ending):
                return _settled(job, scratch, ending)
    times = "once" if tries == 1 else f"{tries} times"
    why = f"the scene's process was killed from outside {times} (perhaps the machine ran out of memory)"
    return JobResult(job.key, "crashed", fault=SceneFault("Crash", why))


def warm_up() -> None:
    """Start this process's preloaded one, which takes seconds, before the first job needs it."""
    with contextlib.suppress(PreloadedGone, EnvironmentFault), lease():  # the first job meets the same, and tells of it
        pass


def patience(limits: Limits) -> float:
    """Seconds after which `run_job` has ended, whatever befell the processes below it."""
    return 2 * limits.seconds + _SLACK_SECONDS


def _lost(job: Job, scratch: Path, ending: Ending) -> bool:
    """Whether the run was ended from outside: somebody killed its process, or removed its folder."""
    # The kernel kills too, at the limit of processor time.
    killed = ending.signal == signal.SIGKILL and ending.cpu_seconds < job.limits.processor_seconds
    return (ending.outcome == "crashed" and killed) or not (scratch / "job.json").exists()


def stored_result(job: Job) -> JobResult | None:
    """The result that an earlier run stored, with `cached` set; None where there is none, or any of it is gone or damaged."""
    record = Store(job.store).get_record(job.task, job.key)
    if record is None:
        return None
    try:
        data = record.data
        fault = SceneFault(**data["fault"]) if data["fault"] else None
        return JobResult(
            job.key,
            data["status"],
            data["value"],
            record.files,
            fault,
            data["seconds"],
            data["cpu_seconds"],
            cached=True,
        )
    except (KeyError, TypeError):  # written by something else
        return None


def _settled(job: Job, scratch: Path, ending: Ending) -> JobResult:
    result = _result(job, scratch, ending)
    if result.status in ("done", "error"):
        _store(job, result, scratch)
    return result


def _result(job: Job, scratch: Path, ending: Ending) -> JobResult:
    if ending.outcome == "exited" and ending.message is not None:
        try:
            return _told(job, scratch, ending, ending.message)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            return _stopped(
                job, scratch, ending, "crashed", f"the scene's process sent a result of the wrong form ({error})"
            )
    status: Status = "crashed" if ending.outcome == "exited" else ending.outcome
    return _stopped(job, scratch, ending, status, ending.why or _crash(ending))


def _told(job: Job, scratch: Path, ending: Ending, told: dict[str, Any]) -> JobResult:
    """The result as the child told it; KeyError, TypeError, AttributeError or ValueError where that is malformed."""
    if told["status"] not in ("done", "error"):
        raise ValueError("neither done nor an error")
    if told["status"] == "done":
        value = dict(printable(told["value"]))
        named = dict(value.pop("files", {}))
        if named and job.task not in INSPECTIONS:
            raise ValueError("files that nobody has looked at")
        files = {suffix: _take(job, scratch, suffix, name) for suffix, name in named.items()}
        return JobResult(job.key, "done", value, files, None, ending.seconds, ending.cpu_seconds)
    fault = told_fault(told["fault"])
    status: Status = "error"
    if fault.type == "MemoryError":  # it met the limit of its address space before the monitor looked
        status, fault = "memory", SceneFault("MemoryLimit", f"used more than {job.limits.memory_mb} MB", fault.line)
    elif told.get("machines"):  # a full disk, say: it may do better another time
        room = f"no room was left in {scratch.parent}: " if no_room(scratch) else ""
        status, fault = "limit", SceneFault("ResourceLimit", f"{room}{fault.message}", fault.line)
    log = ending.log[-_LOG_CHARACTERS:]
    return JobResult(job.key, status, {}, {}, fault, ending.seconds, ending.cpu_seconds, log=log)


def _stopped(job: Job, scratch: Path, ending: Ending, status: Status, message: str) -> JobResult:
    kind = {"timeout": "TimeLimit", "memory": "MemoryLimit", "limit": "ResourceLimit"}.get(status, "Crash")
    fault = SceneFault(kind, message, line_in_dump(ending.log, scene_file(scratch, job.payload["scene_id"])))
    log = ending.log[-_LOG_CHARACTERS:]
    return JobResult(job.key, status, {}, {}, fault, ending.seconds, ending.cpu_seconds, log=log)


def _take(job: Job, scratch: Path, suffix: str, name: str) -> Path:
    store = Store(job.store)
    with open_output(scratch, suffix, name) as file:
        try:
            with store.writing(job.task, job.key, suffix) as target:
                copy_output(file, target)
        except OSError as error:
            raise EnvironmentFault(f"{job.store}: cannot write there ({error.strerror}); set cache_dir") from None
    return store.path(job.task, job.key, suffix)


def _store(job: Job, result: JobResult, scratch: Path) -> None:
    record = {
        "status": result.status,
        "value": result.value,
        "fault": dataclasses.asdict(result.fault) if result.fault else None,
        "seconds": result.seconds,
        "cpu_seconds": result.cpu_seconds,
    }
    try:
        outlines.keep(job, scratch)
        Store(job.store).put_record(job.task, job.key, record, result.files)
    except OSError as error:
        raise EnvironmentFault(f"{job.store}: cannot write there ({error.strerror}); set cache_dir") from None


def _crash(ending: Ending) -> str:
    if ending.signal:
        return f"the scene's process crashed ({signal.Signals(ending.signal).name})"
    return "the scene's process ended before it had a result"
