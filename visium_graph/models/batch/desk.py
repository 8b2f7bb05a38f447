"""All of it together: a run's batches, opened and closed; and what a person may want to do about them from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models.batch.asking import Asking
from visium_graph.models.batch.clock import Clock, WallClock
from visium_graph.models.batch.cohort import Cohort
from visium_graph.models.batch.item import Fallback
from visium_graph.models.batch.jobs import Jobs
from visium_graph.models.batch.ledger import PREFIX, Job, Ledger
from visium_graph.models.batch.service import Operation, Service
from visium_graph.models.batch.sizes import Limits
from visium_graph.models.errors import ServiceFault
from visium_graph.run import Run
from visium_graph.settings import Settings

__all__ = ["cancel_jobs", "jobs_at_service", "open_asking"]


@asynccontextmanager
async def open_asking(
    settings: Settings, run: Run, limits: Limits | None = None, *, anew: bool = False, clock: Clock | None = None
) -> AsyncIterator[Asking]:
    """A run's batches. Where the block ends well, jobs that still run are cancelled; otherwise they go on without us.

    Args:
        settings: address, options of the models.
        run: whose ledger it is.
        limits: sizes and times.
        anew: a new making begins: what was given up in the one before is tried by batch again.
        clock: what times are counted on.

    Raises:
        EnvironmentFault: no key, or the ledger cannot be written, or another process has it.
    """
    limits, clock = limits or Limits(), clock or WallClock()
    service = await Service.of(settings, limits, clock)
    async with Jobs(Ledger(run.folder, clock.now), service, limits, clock) as jobs:
        if anew:
            await asyncio.to_thread(jobs.ledger.start)
        cohort = Cohort(jobs)
        asking = Asking(settings, cohort)
        try:
            yield asking
        finally:
            await cohort.aclose()
            await asking.aclose()


async def jobs_at_service(settings: Settings) -> list[Operation]:
    """All jobs of ours that the service knows of, of whichever run.

    Raises:
        EnvironmentFault: no key, or the service cannot be reached.
    """
    service = await Service.of(settings)
    try:
        return [job async for job in service.listed() if job.name.startswith(f"{PREFIX}-")]
    except ServiceFault as failed:
        raise EnvironmentFault(f"the batches cannot be listed ({failed.fault.message})") from None
    finally:
        await service.aclose()


async def cancel_jobs(settings: Settings, run: Run, names: Collection[str] = ()) -> list[str]:
    """Cancel jobs of a run that no process is at work on; what is in them will be asked for one by one.

    Args:
        settings: address of the service.
        run: whose jobs they are.
        names: display names; none of them means all that run.

    Returns:
        The names of those that were cancelled; one that has ended meanwhile is not, and its answers can be had.

    Raises:
        InputError: the run has no such job.
        EnvironmentFault: no key, the service cannot be reached, or a process is at work on the run.
    """
    clock = WallClock()
    ledger, service = Ledger(run.folder, clock.now), await Service.of(settings)
    cancelled = []
    try:
        await asyncio.to_thread(ledger.open)
        for name in names:
            if name not in ledger.jobs:
                raise InputError(
                    f"{run.folder}: no batch job named {name!r} (jobs: {', '.join(ledger.jobs) or 'none'})"
                )
        for job in ledger.running():
            if job.id is None or (names and job.name not in names):
                continue
            if await _cancelled(service, ledger, job, job.id):
                cancelled.append(job.name)
    except ServiceFault as failed:
        raise EnvironmentFault(f"the service did not cancel it ({failed.fault.message})") from None
    finally:
        await asyncio.to_thread(ledger.close)
        await service.aclose()
    return cancelled


async def _cancelled(service: Service, ledger: Ledger, job: Job, identity: str) -> bool:
    """Cancel a job, unless it has ended; whether it was."""
    operation = await service.get(identity)
    if operation.ended:
        return False
    await service.cancel(identity)
    entries = [(entry.hash, entry.scene) for entry in job.entries if entry.hash not in job.fates]
    await asyncio.to_thread(ledger.give_up, entries, Fallback("cancelled", "its job was cancelled by hand"))
    await asyncio.to_thread(ledger.cancelled, job, "by hand")
    operation = await service.get(identity)
    if not operation.output:  # else its answers came just before, and are read by whoever asks for them
        await asyncio.to_thread(ledger.seen, job, operation.state, operation.error)
    return True
