"""Bringing a job about exactly once, though the service has no notion of that.

It knows no idempotency keys and takes any number of jobs of one name. So a name is written down before anything is sent,
and after whatever may or may not have arrived the service's own list is asked whether there is a job of that name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from visium_graph.models.batch.clock import Clock
from visium_graph.models.batch.item import Fallback, Json
from visium_graph.models.batch.ledger import Job, Ledger
from visium_graph.models.batch.service import Operation, Service
from visium_graph.models.batch.sizes import Limits
from visium_graph.models.errors import Fault, ServiceFault

__all__ = ["Creation"]

_OUTAGE = 60.0
"""Seconds for which a service that could not be reached is not asked for further jobs."""
_TOO_LARGE = re.compile(r"(?i)payload size|request.{0,20}(too large|size)|too large")


class Creation:
    """Creates the jobs of a run, one after the other, and finds those that an earlier process was creating.

    Args:
        ledger: of the run.
        service: where they are created.
        limits: sizes and times.
        clock: what times are counted on.
    """

    def __init__(self, ledger: Ledger, service: Service, limits: Limits, clock: Clock) -> None:
        self._ledger = ledger
        self._service = service
        self._limits = limits
        self._clock = clock
        self._turn = asyncio.Lock()
        self._refused: dict[str, Fallback[Any]] = {}
        self._unreachable_until = 0.0

    def refusal(self, model: str) -> Fallback[Any] | None:
        """Why the service takes no batches for the model, where it has said so."""
        return self._refused.get(model)

    async def bring_about(
        self, job: Job, requests: Sequence[tuple[str, Json]], is_wanted: Callable[[], bool]
    ) -> Fallback[Any] | None:
        """Create a planned job, unless it is there.

        Args:
            job: of the ledger.
            requests: label and body of each.
            is_wanted: whether anybody still waits for it.

        Returns:
            None, or why the job could not be created. Where that is `unreachable` it may have been all the same; the ledger
            keeps it as unsettled.
        """
        async with self._turn:  # in order: the first are waited for most
            if self._clock.now() < self._unreachable_until or not is_wanted():
                await asyncio.to_thread(self._ledger.seen, job, "VOID")
                return Fallback("unreachable", "the service could not be asked for a batch just before")
            try:
                await self._created(job, requests)
            except ServiceFault as failed:
                return await self._failed(job, failed.fault)
        return None

    async def _failed(self, job: Job, fault: Fault) -> Fallback[Any]:
        if fault.kind == "passing":
            self._unreachable_until = self._clock.now() + _OUTAGE
            return Fallback("unreachable", f"the service could not be asked for a batch ({fault.message})")
        if job.tries <= 1:  # else an earlier try, whose answer was lost, may have been taken on: it is looked for later
            await asyncio.to_thread(self._ledger.seen, job, "REFUSED", fault.message)
        refusal = Fallback[Any]("refused", f"the service refused the batch ({fault.message})")
        if fault.kind in {"unknown-model", "key"}:
            self._refused[job.model] = refusal
        return refusal

    async def _created(self, job: Job, requests: Sequence[tuple[str, Json]]) -> None:
        again = False
        as_file = await asyncio.to_thread(self._service.inline_size, requests) > self._limits.inline_bytes
        async for attempt in self._service.retrying():
            with attempt:
                again = attempt.retry_state.attempt_number > 1
                if again and await self.is_there(job):
                    return
                await asyncio.to_thread(self._ledger.trying, job)
                try:
                    operation = await self._service.create(job.model, job.name, requests, as_file=as_file)
                except ServiceFault as failed:
                    if as_file or failed.fault.status not in {400, 413} or not _TOO_LARGE.search(failed.fault.message):
                        raise
                    as_file = True
                    operation = await self._service.create(job.model, job.name, requests, as_file=True)
                await self._note(job, operation)
        if again:  # an earlier try may have been taken on only now
            with suppress(ServiceFault):
                await self.is_there(job)

    async def settle(self, jobs: Sequence[Job]) -> None:
        """Find out which of these the service knows of. What cannot be found out stays as it is."""
        for job in jobs:
            with suppress(ServiceFault):
                if not await self.is_there(job):
                    await self._clock.sleep(max(0.0, job.tried + self._limits.grace - self._clock.now()))
                    if not await self.is_there(job):
                        await asyncio.to_thread(self._ledger.seen, job, "VOID")

    async def is_there(self, job: Job) -> bool:
        """Look for a job by its name among all that the service has; of several the oldest is kept.

        Raises:
            ServiceFault: the list cannot be had.
        """
        found = [one async for one in self._service.listed() if one.name == job.name]
        if not found:
            return False
        await self._note(job, *sorted(found, key=lambda one: (one.since, one.id)))
        return True

    async def _note(self, job: Job, operation: Operation, *surplus: Operation) -> None:
        await asyncio.to_thread(self._ledger.created, job, operation.id, operation.since or self._clock.now())
        for one in surplus:
            if not one.ended:
                await self._service.cancel(one.id)
