"""The jobs of a run: brought about exactly once, followed to their end, their answers handed to whom they belong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import httpx

from visium_graph.errors import EnvironmentFault
from visium_graph.models.batch.clock import Clock
from visium_graph.models.batch.creation import Creation
from visium_graph.models.batch.item import Answer, Fallback, Item
from visium_graph.models.batch.ledger import FRUITFUL, Fate, Job, Ledger
from visium_graph.models.batch.results import Entry, Result, match
from visium_graph.models.batch.service import Operation, Service
from visium_graph.models.batch.sizes import Limits, job_size, parts
from visium_graph.models.errors import ServiceFault
from visium_graph.models.factory import GOOGLE, KEY_NAMES

__all__ = ["Jobs", "Live"]

T = TypeVar("T")


@dataclass
class Live:
    """A job that this process follows."""

    job: Job
    items: Sequence[Item[Any]] = ()
    """What it is to be created with; empty where it was created by an earlier process."""
    waiting: dict[str, asyncio.Future[Result | Fallback[Any]]] = field(default_factory=dict)
    found: dict[str, Result] | None = None
    """Its results, once they have been read."""
    over: Fallback[Any] | None = None
    """What is said to those for whom there is no result."""
    broken: BaseException | None = None
    """What ended our following it."""
    left: set[str] = field(default_factory=set)
    """Requests that nobody wants from it any more."""
    is_cancelled: bool = False
    """Its cancellation is being asked for, or has been."""
    task: asyncio.Task[None] | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for it, or may come and ask."""
        return any(entry.hash not in self.left for entry in self.job.entries)


class Jobs:
    """The batches of a run. `async with` opens its ledger; see `close` for what becomes of jobs at the end.

    Args:
        ledger: of the run.
        service: where jobs are created; closed with this.
        limits: sizes and times.
        clock: what times are counted on.
    """

    def __init__(self, ledger: Ledger, service: Service, limits: Limits, clock: Clock) -> None:
        self.ledger = ledger
        self.limits = limits
        self.clock = clock
        self._service = service
        self._live: dict[str, Live] = {}
        self._settling: asyncio.Task[None] | None = None
        self._creation = Creation(ledger, service, limits, clock)
        self._planning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.ledger.open)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        await self.close(finished=error is None)

    async def close(self, *, finished: bool) -> None:
        """Stop following the jobs; the second time nothing happens.

        Args:
            finished: nobody will come back for what still runs: it is cancelled. Otherwise it goes on at the service, and
                the ledger says how to find it.
        """
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if finished:
                await self._cancel_all()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._service.aclose()
            await asyncio.to_thread(self.ledger.close)

    # --- One request -------------------------------------------------------------------------------------------------

    async def find(self, item: Item[Any]) -> Live | Fallback[Any] | None:
        """The job that a request was submitted in, by this process or an earlier one; or why it was given up.

        None where it was neither.
        """
        async with self._planning:  # what is just being submitted is in a job when this is over
            pass
        if (fallback := self.ledger.given_up(item.hash)) is not None:
            return fallback
        job = self.ledger.job_with(item.hash)
        if job is not None and job.id is None and job.name not in self._live:
            await self._settled()
            if self.ledger.job_with(item.hash) is job and job.id is None:
                return await self._given_up([item], Fallback("unreachable", "nobody knows whether its job was created"))
            return await self.find(item)
        return None if job is None else self._followed(job)

    def refusal(self, model: str) -> Fallback[Any] | None:
        """Why the service takes no batches for the model, where it has said so."""
        return self._creation.refusal(model)

    async def submit(self, items: Iterable[Item[Any]]) -> None:
        """Plan jobs for those requests that are in none (see `find`), and set about creating them."""
        await self._settled()
        async with self._planning:
            await self._submit([item for item in items if self._is_new(item)])

    def _is_new(self, item: Item[Any]) -> bool:
        return self.ledger.job_with(item.hash) is None and self.ledger.given_up(item.hash) is None

    async def _submit(self, items: Sequence[Item[Any]]) -> None:
        size = job_size(self.ledger.turnarounds(), self.limits)
        for part in await asyncio.to_thread(parts, items, size, self.limits):
            if (refusal := self.refusal(part[0].model)) is not None:
                await self._given_up(part, refusal)
                continue
            entries = tuple(Entry(item.hash, item.scene, item.named) for item in part)
            job = await asyncio.to_thread(self.ledger.plan, part[0].model, entries)
            self._follow(Live(job, part))

    async def leave(self, requests: Iterable[str], fallback: Fallback[Any]) -> None:
        """Nobody wants the answers to these requests any more; jobs that nothing else waits for are cancelled."""
        for request in requests:
            job = self.ledger.job_with(request)
            live = self._live.get(job.name) if job is not None else None
            if live is None:
                continue
            if request not in live.job.fates:
                await self._let_go(live, [request], fallback)
            if not live.is_wanted:
                await self._cancel(live, fallback.why)

    async def arrived(self, live: Live, item: Item[Any]) -> Result | Fallback[Any]:
        """What came of a request in a job, waited for."""
        if live.broken is not None:
            raise live.broken
        if live.over is not None:
            return (live.found or {}).get(item.hash) or live.over
        future = live.waiting.get(item.hash)
        if future is None:
            future = live.waiting[item.hash] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(future)

    async def outcome(self, live: Live, item: Item[T], got: Result | Fallback[Any]) -> Answer[T] | Fallback[T]:
        """What it means for who asked; noted."""
        if isinstance(got, Fallback):
            return got if self.ledger.given_up(item.hash) else await self._lost(live, item, got)
        if got.response is None:
            return await self._lost(
                live, item, Fallback("item-failed", f"the service could not answer it: {got.error}")
            )
        return await self._taken(live, item, got)

    async def _taken(self, live: Live, item: Item[T], result: Result) -> Answer[T] | Fallback[T]:
        """An answer, stored by who asked, and then noted: a kill in between costs a line rather than an answer."""
        assert result.response is not None
        value = await item.take(result.response)
        bad = isinstance(value, Fallback)
        fate = Fate("unusable" if bad else "stored", value.why if isinstance(value, Fallback) else "", result.tokens)
        await asyncio.to_thread(self.ledger.read_items, live.job, [(item.hash, fate)])
        live.left.add(item.hash)
        if isinstance(value, Fallback):
            return await self._given_up([item], value)
        return Answer(value, live.job.name, self.clock.now() - (live.job.since or live.job.planned))

    async def _lost(self, live: Live, item: Item[T], fallback: Fallback[T]) -> Fallback[T]:
        """A request whose answer is not there, though its job has ended."""
        live.left.add(item.hash)
        if live.job.state in FRUITFUL:
            kind = "failed" if fallback.why == "item-failed" else "missing"
            await asyncio.to_thread(self.ledger.read_items, live.job, [(item.hash, Fate(kind, fallback.reason))])
        return await self._given_up([item], fallback)

    async def _given_up(self, items: Iterable[Item[Any]], fallback: Fallback[T]) -> Fallback[T]:
        await asyncio.to_thread(self.ledger.give_up, [(item.hash, item.scene) for item in items], fallback)
        return fallback

    # --- One job -----------------------------------------------------------------------------------------------------

    def _followed(self, job: Job) -> Live:
        """The job, followed from now on if it was not before."""
        live = self._live.get(job.name)
        if live is None:
            live = Live(job)
            live.left.update(entry.hash for entry in job.entries if self.ledger.given_up(entry.hash) is not None)
            self._follow(live)
        return live

    def _follow(self, live: Live) -> None:
        self._live[live.job.name] = live
        live.task = asyncio.create_task(self._lived(live), name=live.job.name)
        self._tasks.add(live.task)
        live.task.add_done_callback(lambda task: self._ended(live, task))

    def _ended(self, live: Live, task: asyncio.Task[None]) -> None:
        """What went wrong with following a job (a full disk, above all) is told to those who wait for it."""
        self._tasks.discard(task)
        live.broken = None if task.cancelled() else task.exception()
        for future in live.waiting.values():
            if future.done():
                continue
            if live.broken is None:
                future.cancel()
            else:
                future.set_exception(live.broken)
                future.exception()  # whoever waited may be gone

    async def _lived(self, live: Live) -> None:
        """A job from its creation to its answers."""
        if live.job.id is None:
            requests = [(item.scene, item.body) for item in live.items]
            refusal = await self._creation.bring_about(live.job, requests, lambda: live.is_wanted)
            if refusal is not None:
                await self._told(live, refusal)
                return
            live.items = ()  # the bodies have gone out
        if not live.is_wanted:
            await self._cancel(live, "nothing waits for it")
            return
        operation = await self._awaited(live)
        if isinstance(operation, Fallback):
            await self._told(live, operation)
            await self._cancel(live, operation.why)
            return
        await self._read(live, operation)

    async def _awaited(self, live: Live) -> Operation | Fallback[Any]:
        """The job at its end; a Fallback where its deadline comes first, or where we are not allowed to see it.

        Raises:
            EnvironmentFault: the key is not accepted (any more); once it is, the run can go on.
        """
        job, pause = live.job, self.limits.first_pause
        assert job.id is not None
        until = (job.since or job.planned) + self.limits.deadline
        while True:
            asked = 0.0
            try:
                operation = await self._looked_at(job)
                if operation.ended:
                    return operation
            except ServiceFault as failed:
                fault = failed.fault
                if fault.kind == "key":
                    raise EnvironmentFault(f"the key is not accepted: check {KEY_NAMES[GOOGLE]}") from None
                if fault.kind != "passing":
                    return Fallback("unreachable", f"the service does not show its job ({fault.message})")
                asked = fault.wait or 0.0
            left = until - self.clock.now()
            if left <= 0:
                return Fallback("deadline", f"its job had no answers after {self.limits.deadline:g} s")
            await self.clock.sleep(min(max(pause, asked), left))
            pause = min(2 * pause, self.limits.longest_pause)

    async def _looked_at(self, job: Job) -> Operation:
        """The job as it is now.

        Raises:
            ServiceFault: that cannot be seen.
        """
        assert job.id is not None
        try:
            operation = await self._service.get(job.id)
        except ServiceFault as failed:
            if failed.fault.status != httpx.codes.NOT_FOUND:
                raise
            operation = Operation(job.id, job.name, "GONE", ended=True, error=failed.fault.message)
        if not (operation.ended and operation.output):  # that it has answers is noted when they have been had
            await asyncio.to_thread(self.ledger.seen, job, operation.state, operation.error)
        return operation

    async def _read(self, live: Live, operation: Operation) -> None:
        """Hand out what came of a job."""
        try:
            results = await self._service.results(operation)
        except ServiceFault as failed:
            await self._told(live, Fallback("gone", f"its job's answers cannot be had ({failed.fault.message})"))
            return
        found = match(live.job.entries, results)
        await asyncio.to_thread(self.ledger.seen, live.job, operation.state, operation.error)
        late = [
            (request, Fate("late", tokens=result.tokens))
            for request, result in found.items()
            if request in live.left and request not in live.job.fates
        ]
        await asyncio.to_thread(self.ledger.read_items, live.job, late)
        await self._told(live, _without_result(operation), found)

    async def _told(self, live: Live, over: Fallback[Any], found: dict[str, Result] | None = None) -> None:
        """The job has come to something: what was found, and this for the rest."""
        if live.job.state not in FRUITFUL:
            rest = [entry for entry in live.job.entries if entry.hash not in live.left | (found or {}).keys()]
            live.left.update(entry.hash for entry in rest)
            await asyncio.to_thread(self.ledger.give_up, [(entry.hash, entry.scene) for entry in rest], over)
        live.found, live.over = found, over
        for request, future in live.waiting.items():
            if not future.done():
                future.set_result((live.found or {}).get(request) or over)

    # --- What was left behind ----------------------------------------------------------------------------------------

    async def _settled(self) -> None:
        """Find out, once, which jobs of an earlier process the service knows of."""
        if self._settling is None:
            self._settling = asyncio.create_task(self._creation.settle(self.ledger.unsettled()))
            self._tasks.add(self._settling)
            self._settling.add_done_callback(self._tasks.discard)
        await asyncio.shield(self._settling)

    # --- Cancelling --------------------------------------------------------------------------------------------------

    async def _let_go(self, live: Live, requests: Sequence[str], fallback: Fallback[Any]) -> None:
        gone = [entry for entry in live.job.entries if entry.hash in requests and entry.hash not in live.left]
        live.left.update(entry.hash for entry in gone)
        await asyncio.to_thread(self.ledger.give_up, [(entry.hash, entry.scene) for entry in gone], fallback)
        for entry in gone:
            future = live.waiting.get(entry.hash)
            if future is not None and not future.done():
                future.set_result(fallback)

    async def _cancel(self, live: Live, why: str) -> None:
        """Cancel a job that nobody waits for; answers that came just before are noted as late."""
        job = live.job
        if job.is_over or job.id is None or live.is_cancelled:
            return  # one that is being created sees for itself that nobody waits
        live.is_cancelled = True
        live.over = live.over or Fallback("left", why)
        if live.task is not None and live.task is not asyncio.current_task():
            live.task.cancel()
        try:
            await self._service.cancel(job.id)
        except ServiceFault:
            live.is_cancelled = False  # it is asked for again at the end
            return
        await asyncio.to_thread(self.ledger.cancelled, job, why)
        with suppress(ServiceFault):
            operation = await self._looked_at(job)
            if operation.ended:
                await self._read(live, operation)

    async def _cancel_all(self) -> None:
        """The run has ended: nothing is waited for any more."""
        fallback = Fallback[Any]("left", "the run ended without it")
        for live in self._live.values():
            if not live.job.is_over:
                rest = [entry.hash for entry in live.job.entries if entry.hash not in live.job.fates]
                await self._let_go(live, rest, fallback)
        lives = [live for live in self._live.values() if live.job.id is None or live.is_cancelled]
        busy = {live.task for live in lives if live.task is not None and not live.task.done()}
        if busy:
            await asyncio.wait(busy)
        await self._creation.settle(self.ledger.unsettled())
        for job in self.ledger.running():
            if job.id is not None:
                await self._cancel(self._live.get(job.name) or Live(job), fallback.reason)


def _missing() -> Fallback[Any]:
    return Fallback("missing", "its job came back without an answer to it")


def _without_result(operation: Operation) -> Fallback[Any]:
    """What is said to a request that a job has no result for."""
    if operation.state in FRUITFUL or operation.state not in {"FAILED", "EXPIRED", "CANCELLED", "GONE"}:
        return _missing()
    told = f": {operation.error}" if operation.error else ""
    return Fallback(operation.state.lower(), f"its job ended as {operation.state.lower()}{told}")
