"""The scenes of a run that are still open, and their requests, which go out together."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from visium_graph.models.batch.item import Answer, Fallback, Item
from visium_graph.models.batch.jobs import Jobs

__all__ = ["Cohort"]

T = TypeVar("T")


@dataclass
class _Gathered:
    """A request that has not gone out yet."""

    item: Item[Any]
    sent: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    askers: int = 0


class Cohort:
    """Collects requests until every open scene waits for an answer, or one has waited long enough; then they are submitted.

    Scenes join when they open and leave when they end: `async with cohort.member(scene)`. All of them may be named at the
    start (`join`), so that none is too late for the first batch. A scene that asks without having joined is a member for as
    long as it asks. Several cohorts may share the jobs of a run, for example one for code and one for narration.

    Args:
        jobs: of the run.
    """

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self._open: set[str] = set()
        self._waiting: Counter[str] = Counter()
        self._gathered: dict[str, _Gathered] = {}
        self._unheard: defaultdict[str, set[str]] = defaultdict(set)
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- Members -----------------------------------------------------------------------------------------------------

    def join(self, *scenes: str) -> None:
        """These scenes are open: their requests are waited for."""
        self._open.update(scenes)
        self._stir()

    async def leave(self, scene: str) -> None:
        """The scene has ended. What it asked for and did not wait for is given up."""
        self._open.discard(scene)
        unheard = self._unheard.pop(scene, set())
        self._stir()
        if unheard:
            await self.jobs.leave(unheard, Fallback("left", "its scene went on without it"))

    @asynccontextmanager
    async def member(self, scene: str) -> AsyncIterator[None]:
        """The scene is open inside the block.

        Where the block is cancelled (Ctrl-C, or the end of the whole run), what was asked for stays with the service: the
        run may be continued, and then finds it.
        """
        self.join(scene)
        try:
            yield
        except (asyncio.CancelledError, KeyboardInterrupt):
            self._unheard.pop(scene, None)
            raise
        finally:
            await self.leave(scene)

    # --- Requests ----------------------------------------------------------------------------------------------------

    async def ask(self, item: Item[T]) -> Answer[T] | Fallback[T]:
        """The outcome of a request: its answer, or why it has to be made by itself.

        A request that was submitted before, by this process or by an earlier one of the run, is not submitted again; its
        job is waited for. One that is cancelled while it waits stays where it is; see `leave`.
        """
        scene, stranger = item.scene, item.scene not in self._open
        if stranger:
            self.join(scene)
        self._unheard[scene].add(item.hash)
        try:
            outcome = await self._outcome(item)
        except BaseException:
            if stranger:
                self._unheard.pop(scene, None)
            raise
        finally:
            if stranger and not self._waiting[scene]:
                self._open.discard(scene)
                self._stir()
        self._unheard[scene].discard(item.hash)
        return outcome

    async def _outcome(self, item: Item[T]) -> Answer[T] | Fallback[T]:
        found = await self.jobs.find(item)
        if found is None:
            if (refusal := self.jobs.refusal(item.model)) is not None:
                return refusal
            with self._waits(item.scene):
                await self._submitted(item)
                found = await self.jobs.find(item)
        assert found is not None, "what was submitted is in a job"
        if isinstance(found, Fallback):
            return found
        with self._waits(item.scene):
            got = await self.jobs.arrived(found, item)
        return await self.jobs.outcome(found, item, got)

    @contextmanager
    def _waits(self, scene: str) -> Iterator[None]:
        """Inside the block the scene does nothing but wait."""
        self._waiting[scene] += 1
        self._stir()
        try:
            yield
        finally:
            self._waiting[scene] -= 1
            self._stir()

    async def _submitted(self, item: Item[Any]) -> None:
        """Return when the request has gone out together with those of the others."""
        held = self._gathered.get(item.hash)
        if held is None:
            held = self._gathered[item.hash] = _Gathered(item)
            self._stir()
        held.askers += 1
        try:
            await asyncio.shield(held.sent)
        finally:
            held.askers -= 1
            if not held.askers and self._gathered.get(item.hash) is held:
                del self._gathered[item.hash]  # nobody wants it any more, and it has not gone out
                self._stir()

    # --- When to submit ----------------------------------------------------------------------------------------------

    def _stir(self) -> None:
        """Something has changed: see whether all wait now."""
        self._stop("settle")  # it begins anew: others may be about to ask
        if not self._gathered:
            self._stop("patience")
            return
        if "patience" not in self._timers:
            self._start("patience", self.jobs.limits.patience)
        if all(self._waiting[scene] for scene in self._open):
            self._start("settle", self.jobs.limits.settle)

    def _start(self, name: str, seconds: float) -> None:
        async def submit() -> None:
            await self.jobs.clock.sleep(seconds)
            del self._timers[name]
            self._submit()

        self._timers[name] = self._started(submit())

    def _stop(self, name: str) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()

    def _submit(self) -> None:
        """Everything that has been gathered goes out."""
        gathered, self._gathered = list(self._gathered.values()), {}
        self._stir()
        task = self._started(self.jobs.submit([held.item for held in gathered]))

        def tell(done: asyncio.Task[None]) -> None:
            error = None if done.cancelled() else done.exception()
            for held in gathered:
                if done.cancelled():
                    held.sent.cancel()
                elif error is None:
                    held.sent.set_result(None)
                else:
                    held.sent.set_exception(error)
                    held.sent.exception()  # whoever asked may be gone

        task.add_done_callback(tell)

    def _started(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def aclose(self) -> None:
        """Submit nothing more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
