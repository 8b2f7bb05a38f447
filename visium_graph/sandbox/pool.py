"""The pool: jobs in, futures out. Checks go before renders, one key runs once, a killed worker costs nothing."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from visium_graph.errors import EnvironmentFault
from visium_graph.sandbox.job import Job, JobResult, SceneFault
from visium_graph.sandbox.runner import run_job, stored_result
from visium_graph.sandbox.spawning import WorkerContext, settle_worker
from visium_graph.settings import Settings

__all__ = ["Pool", "PoolClosed", "pool_for"]

_RESUBMISSIONS = 2
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


class _Executor:
    """A ProcessPoolExecutor together with the processes it started."""

    def __init__(self, size: int) -> None:
        self.context = WorkerContext()
        self.pool = ProcessPoolExecutor(size, mp_context=self.context, initializer=settle_worker)

    def end(self) -> None:
        """End the workers, and what they run, without waiting for their jobs."""
        for process in self.context.started:
            if process.pid is not None:
                process.terminate()
        for process in self.context.started:
            if process.pid is not None:
                process.join(_CLOSE_SECONDS)
                if process.is_alive():
                    process.kill()
        self.pool.shutdown(wait=True, cancel_futures=True)


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
        self._running = 0
        self._closed = False
        self._executor: _Executor | None = None
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

    def close(self) -> None:
        """End all workers and what they run at once. Unfinished futures raise PoolClosed. Closing twice does no harm."""
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify()
        self._dispatcher.join()
        if self._executor is not None:
            self._executor.end()
        for flight in self._flights.values():
            if not flight.future.done():
                flight.future.set_exception(PoolClosed("the pool was closed before the job had ended"))
        self._flights.clear()

    def _dispatch(self) -> None:
        """Hand jobs to the executor, never more than it has workers: a check that comes late still goes next."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or (self._waiting and self._running < self._size))
                if self._closed:
                    return
                flight = heapq.heappop(self._waiting)
                self._running += 1
            stored = stored_result(flight.job)
            if stored is not None:
                self._land(flight, stored)
            else:
                self._launch(flight)

    def _launch(self, flight: _Flight) -> None:
        executor = self._executor = self._executor or _Executor(self._size)
        try:
            inner = executor.pool.submit(run_job, flight.job)
        except BrokenProcessPool:
            self._retry(flight, executor)
        except RuntimeError as error:  # the interpreter is ending
            self._land(flight, error)
        except OSError as error:
            self._land(flight, EnvironmentFault(f"cannot start a worker process ({error.strerror})"))
        else:
            inner.add_done_callback(partial(self._landed, flight, executor))

    def _landed(self, flight: _Flight, executor: _Executor, inner: Future[JobResult]) -> None:
        try:
            result = inner.result()
        except (BrokenProcessPool, CancelledError):
            self._retry(flight, executor)
        except BaseException as error:  # noqa: BLE001  # whatever run_job raised belongs to the one who waits
            self._land(flight, error)
        else:
            self._land(flight, result)

    def _retry(self, flight: _Flight, executor: _Executor) -> None:
        """A worker was killed, which breaks the whole executor: start another and give it the job again."""
        flight.attempts += 1
        if flight.attempts > _RESUBMISSIONS:
            fault = SceneFault("Crash", f"its worker was killed {flight.attempts} times")
            self._land(flight, JobResult(flight.job.key, "crashed", fault=fault))
            return
        with self._change:
            if self._executor is executor:
                self._executor = None
            self._running -= 1
            heapq.heappush(self._waiting, flight)
            self._change.notify()

    def _land(self, flight: _Flight, outcome: JobResult | BaseException) -> None:
        with self._change:
            self._running -= 1
            self._change.notify()
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
