"""The pool: jobs in, futures out. Checks go before renders, one key runs once, a killed worker costs nothing."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import tempfile
import threading
import time
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Self

import psutil

from visium_graph.errors import EnvironmentFault
from visium_graph.sandbox.job import Job, JobResult, SceneFault
from visium_graph.sandbox.runner import patience, run_job, stored_result, warm_up
from visium_graph.sandbox.scratch import sweep
from visium_graph.sandbox.spawning import WorkerContext, settle_worker
from visium_graph.settings import Settings

__all__ = ["Pool", "PoolClosed", "pool_for"]

_ATTEMPTS = 5
_TICK = 1.0
_STOPPED_SECONDS = 10.0
_CLOSE_SECONDS = 10.0
_RANKS = {"check": 0}
_LAST_RANK = 1


class PoolClosed(RuntimeError):  # noqa: N818  # says what happened, like CancelledError
    """The pool was closed before the job could run."""


@dataclass(order=True)
class _Flight:
    """A job on its way. Ordered by rank, then by arrival."""

    rank: int
    number: int
    job: Job = field(compare=False)
    future: Future[JobResult] = field(compare=False)
    attempts: int = field(default=0, compare=False)


class _Worker:
    """One worker process, with an executor of its own.

    A process that is killed breaks its whole executor: in one for all workers, every job in flight would be lost with
    it, and blamed for it.
    """

    def __init__(self) -> None:
        self._context = WorkerContext()
        self._executor = ProcessPoolExecutor(
            1, mp_context=self._context, initializer=settle_worker, initargs=(tempfile.gettempdir(),)
        )
        self._patience = 0.0
        self._stopped = 0.0

    def submit(self, job: Job) -> Future[JobResult]:
        """Start the job. The process starts with the first one."""
        self._patience, self._stopped = patience(job.limits), 0.0
        return self._executor.submit(run_job, job)

    def warm_up(self) -> None:
        """Start the process, and have it load what jobs need."""
        self._executor.submit(warm_up)

    @property
    def _processes(self) -> list[SpawnProcess]:
        """One, once it could be started."""
        return [process for process in self._context.started if process.pid is not None]

    @property
    def lost(self) -> bool:
        """Whether the process was started, and is no more."""
        return bool(wait([process.sentinel for process in self._processes], 0))

    def watch(self, seconds: float) -> None:
        """Kill the process where nothing more is to be expected of its job, which then is lost like any other.

        Args:
            seconds: since the last call, or less where this process itself was stopped in the meantime.
        """
        self._patience -= seconds
        self._stopped = self._stopped + seconds if self._is_stopped() else 0.0
        if self._patience < 0 or self._stopped > _STOPPED_SECONDS:
            for process in self._processes:
                process.kill()

    def _is_stopped(self) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return any(psutil.Process(process.pid).status() == psutil.STATUS_STOPPED for process in self._processes)
        return False

    def terminate(self) -> None:
        """Tell the process to end itself and what it runs."""
        for process in self._processes:
            process.terminate()

    def end(self) -> None:
        """Wait for the end that `terminate` asked for, but not for ever."""
        for process in self._processes:
            process.join(_CLOSE_SECONDS)
            if process.is_alive():
                process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def discard(self) -> None:
        """Let go of an executor that is broken."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Pool:
    """Runs jobs in worker processes, as many at a time as the settings say.

    Workers start with the first job that is not stored already.

    Example:
        >>> with Pool(Settings(workers=1)) as pool:  # doctest: +SKIP
        ...     pool.submit(job).result().status
        'done'
    """

    def __init__(self, settings: Settings) -> None:
        self._size = settings.worker_count
        self._change = threading.Condition()
        self._numbers = itertools.count()
        self._waiting: list[_Flight] = []
        self._flights: dict[str, _Flight] = {}
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._broken: list[_Worker] = []
        self._closed = False
        self._dispatcher = threading.Thread(target=self._dispatch, daemon=True, name="sandbox-dispatcher")
        self._dispatcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def submit(self, job: Job) -> Future[JobResult]:
        """The future of the job's result; a job with the same key in flight or done has the same future.

        The future cannot be cancelled, since others may wait for it. It raises what `run_job` raises, or PoolClosed.

        Raises:
            PoolClosed: the pool is closed already.
        """
        with self._change:
            if self._closed:
                raise PoolClosed("the pool is closed")
            # Where the kernel cannot confine, one of two equal jobs may be refused and the other not.
            key = f"{job.key} {job.must_be_confined}"
            known = self._flights.get(key)
            if known is not None and _stands(known):
                return known.future
            future: Future[JobResult] = Future()
            future.set_running_or_notify_cancel()
            flight = _Flight(_RANKS.get(job.task, _LAST_RANK), next(self._numbers), job, future)
            self._flights[key] = flight
            heapq.heappush(self._waiting, flight)
            self._change.notify()
            return future

    def warm_up(self) -> None:
        """Start all workers now, where they have not been: loading manim takes seconds, which the first jobs then save."""
        with self._change:
            missing = 0 if self._closed else self._size - len(self._idle) - len(self._busy)
            fresh = [_Worker() for _ in range(missing)]
            self._idle += fresh
        for worker in fresh:
            # Where it cannot start, or the pool was closed meanwhile, its first job meets the same and tells of it.
            with contextlib.suppress(BrokenProcessPool, RuntimeError, OSError):
                worker.warm_up()

    def close(self) -> None:
        """End all workers and what they run at once. Unfinished futures raise PoolClosed. Closing twice does no harm."""
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify()
        self._dispatcher.join()
        workers = [*self._idle, *self._busy, *self._broken]
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.end()
        if workers:
            sweep()  # a worker that was killed could not
        for flight in self._flights.values():
            if not flight.future.done():
                flight.future.set_exception(PoolClosed("the pool was closed before the job had ended"))
        self._flights.clear()

    def _dispatch(self) -> None:
        """Hand jobs to workers, never more than there are: a check that comes late still goes next."""
        while (flight := self._next()) is not None:
            stored = stored_result(flight.job)
            if stored is not None:
                self._land(flight, stored)
            else:
                self._launch(flight)

    def _next(self) -> _Flight | None:
        """The next job as soon as a worker is free for it, None once the pool is closed. Looks after the workers meanwhile."""
        looked = time.monotonic()
        with self._change:
            while not self._closed:
                # Not from a worker's callback: the executor may hold its own lock there.
                while self._broken:
                    self._broken.pop().discard()
                if self._waiting and len(self._busy) < self._size:
                    return heapq.heappop(self._waiting)
                self._change.wait(_TICK if self._busy else None)
                now = time.monotonic()
                for worker in self._busy:
                    worker.watch(min(now - looked, 2 * _TICK))  # more has not passed for us: we were stopped
                looked = now
        return None

    def _launch(self, flight: _Flight) -> None:
        worker = self._free_worker()
        try:
            inner = worker.submit(flight.job)
        except BrokenProcessPool:
            self._retry(flight, worker)
        except RuntimeError as error:  # the interpreter is ending
            self._release(worker, broken=True)
            self._land(flight, error)
        except OSError as error:
            self._release(worker, broken=True)
            self._land(flight, EnvironmentFault(f"cannot start a worker process ({error.strerror})"))
        else:
            inner.add_done_callback(partial(self._landed, flight, worker))

    def _free_worker(self) -> _Worker:
        """An idle worker, or a new one; it counts as busy."""
        with self._change:
            while self._idle:
                worker = self._idle.pop()
                if not worker.lost:
                    break
                self._broken.append(worker)  # killed while it had nothing to do
            else:
                worker = _Worker()
            self._busy.append(worker)
            return worker

    def _landed(self, flight: _Flight, worker: _Worker, inner: Future[JobResult]) -> None:
        try:
            result = inner.result()
        except (BrokenProcessPool, CancelledError):
            self._retry(flight, worker)
        except BaseException as error:  # noqa: BLE001  # whatever run_job raised belongs to the one who waits
            self._release(worker)
            self._land(flight, error)
        else:
            self._release(worker)
            self._land(flight, result)

    def _retry(self, flight: _Flight, worker: _Worker) -> None:
        """The worker was killed: give its job to another, unless the job seems to be why."""
        flight.attempts += 1
        self._release(worker, broken=True)
        if flight.attempts == _ATTEMPTS:
            fault = SceneFault("Crash", f"its worker was killed {flight.attempts} times")
            self._land(flight, JobResult(flight.job.key, "crashed", fault=fault))
            return
        with self._change:
            heapq.heappush(self._waiting, flight)
            self._change.notify()

    def _release(self, worker: _Worker, *, broken: bool = False) -> None:
        with self._change:
            self._busy.remove(worker)
            (self._broken if broken else self._idle).append(worker)
            self._change.notify()

    def _land(self, flight: _Flight, outcome: JobResult | BaseException) -> None:
        with self._change:
            if self._closed:
                return  # close() tells those who wait
        if isinstance(outcome, JobResult):
            flight.future.set_result(outcome)
        else:
            flight.future.set_exception(outcome)


def _stands(flight: _Flight) -> bool:
    """Whether the future is still good: unfinished, or its result would be the same again and is still stored."""
    future = flight.future
    if not future.done():
        return True
    return future.exception() is None and stored_result(flight.job) is not None  # which also notes its use


_pools: dict[str, Pool] = {}
_guard = threading.Lock()


def pool_for(settings: Settings) -> Pool:
    """The pool of these settings, made at the first call and closed at the interpreter's end."""
    with _guard:
        pool = _pools.get(settings.key)
        if pool is None or pool.closed:
            pool = _pools[settings.key] = Pool(settings)
        return pool


def _close_pools() -> None:
    for pool in list(_pools.values()):
        pool.close()
    _pools.clear()


# concurrent.futures waits for running jobs when the interpreter ends, before any `atexit` function is called. Only
# here, in the list it uses itself, can the pools be closed before that.
threading._register_atexit(_close_pools)  # type: ignore[attr-defined]  # noqa: SLF001
os.register_at_fork(after_in_child=_pools.clear)
