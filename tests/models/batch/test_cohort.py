"""Who waits for whom."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gemini import faults
from tests.gemini.faults import Plan, Turnaround
from visium_graph.models.batch import Answer, Cohort, Fallback, Item
from visium_graph.models.batch.sizes import Limits

# --- With the service ---------------------------------------------------------------------------------------------------


async def test_first_drafts_go_out_together_and_so_does_each_round_of_repairs(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(10, 20))) as stage:

        async def scene(name: str, rounds: int) -> None:
            async with stage.cohort.member(name):
                for number in range(rounds):
                    await stage.server.clock.sleep(ord(name) % 7)  # checks take their time
                    await stage.ask(name, f"Draft {number} of")

        stage.cohort.join(*"abcdef")
        await asyncio.gather(*[scene(name, 1 + ord(name) % 3) for name in "abcdef"])
        assert [sorted(batch) for batch in stage.batches] == [list("abcdef"), list("abde"), list("be")]
        assert stage.server.log.submitted_twice() == []


async def test_a_scene_that_starts_a_little_later_is_not_left_behind(batched) -> None:
    async with batched(settle=100.0) as stage:
        early = asyncio.create_task(stage.ask("early"))
        await stage.server.clock.sleep(20)
        assert isinstance(await stage.ask("late"), Answer)
        assert isinstance(await early, Answer)
        assert stage.batches == [["early", "late"]]


async def test_a_scene_that_begins_within_the_window_is_waited_for(batched) -> None:
    async with batched(settle=100.0) as stage:
        early = asyncio.create_task(stage.ask("early"))
        await stage.server.clock.sleep(40)
        stage.cohort.join("late")
        await stage.server.clock.sleep(300)
        assert isinstance(await stage.ask("late"), Answer)
        assert isinstance(await early, Answer)
        assert stage.batches == [["early", "late"]]


async def test_a_scene_that_takes_too_long_is_not_waited_for(batched) -> None:
    async with batched(patience=300.0) as stage:
        stage.cohort.join("slow")
        before = stage.server.clock.now()
        assert isinstance(await stage.ask("quick"), Answer)
        assert stage.server.clock.now() - before >= 300
        assert isinstance(await stage.ask("slow"), Answer)
    assert stage.batches == [["quick"], ["slow"]]


@pytest.mark.parametrize("ending", ["leaves", "fails", "is cancelled"])
async def test_a_scene_that_ends_holds_up_nobody(batched, ending) -> None:
    async with batched(patience=1e9) as stage:

        async def other() -> None:
            async with stage.cohort.member("other"):
                await stage.server.clock.sleep(50 if ending != "is cancelled" else 1e9)
                if ending == "fails":
                    raise ZeroDivisionError

        ends = asyncio.create_task(other())
        await asyncio.sleep(0)
        asking = asyncio.create_task(stage.ask("one"))
        if ending == "is cancelled":
            await asyncio.sleep(0.05)
            ends.cancel()
        await asyncio.gather(ends, return_exceptions=True)
        assert isinstance(await asking, Answer)


async def test_a_scene_that_goes_on_without_its_answer_gives_it_up(batched) -> None:
    async with batched(Plan().add(faults.stuck())) as stage:

        async def impatient(name: str) -> None:
            async with stage.cohort.member(name):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await stage.ask(name)

        stage.cohort.join("one", "two")
        await asyncio.gather(impatient("one"), impatient("two"))
        await stage.looked(1, "batch_cancel")
        assert {one.state for one in stage.server.log.submissions()} == {"cancelled"}
        assert stage.why() == {"one": "left", "two": "left"}
        assert (await stage.ask("one")).why == "left"


async def test_a_job_that_one_scene_still_waits_for_goes_on(batched) -> None:
    async with batched(Plan(turnaround=Turnaround(100, 200))) as stage:
        stage.cohort.join("one", "two")

        async def impatient() -> None:
            async with stage.cohort.member("one"):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.15):
                        await stage.ask("one")

        gone, answer = await asyncio.gather(impatient(), stage.ask("two"))
        assert (gone, isinstance(answer, Answer)) == (None, True)
        assert stage.server.log.counts()["batch_cancel"] == 0
    [job] = stage.on_record
    assert {job.fates[request].kind for request in job.fates} == {"late", "stored"}
    assert "Draw/one" not in stage.stored


async def test_a_request_that_is_cancelled_before_it_went_out_never_does(batched) -> None:
    async with batched(settle=200.0) as stage:
        stage.cohort.join("one", "two")
        first = asyncio.create_task(stage.ask("one"))
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await stage.cohort.leave("one")
        assert isinstance(await stage.ask("two"), Answer)
        assert stage.batches == [["two"]]


async def test_the_same_request_from_two_is_one(batched) -> None:
    async with batched() as stage:
        stage.cohort.join("one")
        both = await asyncio.gather(stage.ask("one"), stage.ask("one"))
        assert all(isinstance(one, Answer) for one in both)
        assert stage.batches == [["one"]]


async def test_a_request_that_is_asked_again_while_it_is_submitted_is_one_too(batched, monkeypatch) -> None:
    async with batched(settle=1.0) as stage:
        plan = stage.jobs.ledger.plan
        planning = threading.Event()

        def slow(*given):
            planning.set()
            time.sleep(0.1)
            return plan(*given)

        monkeypatch.setattr(stage.jobs.ledger, "plan", slow)
        first = asyncio.create_task(stage.ask("one"))
        second = asyncio.create_task(asyncio.wait_for(stage.ask("one"), None))
        assert await asyncio.to_thread(planning.wait, 5)
        third = await stage.ask("one")
        assert all(isinstance(one, Answer) for one in (await first, await second, third))
        assert stage.batches == [["one"]]


async def test_two_cohorts_share_the_jobs_of_a_run(batched) -> None:
    """Code and narration: neither waits for the other."""
    async with batched(patience=1e9) as stage:
        other = Cohort(stage.jobs)
        stage.cohort.join("one", "never asks")
        other.join("one-a")
        assert isinstance(await other.ask(stage.item("one-a")), Answer)
        await stage.cohort.leave("never asks")
        assert isinstance(await stage.ask("one"), Answer)
        await other.aclose()
    assert stage.batches == [["one-a"], ["one"]]


# --- Whatever the order ---------------------------------------------------------------------------------------------------


class Instant:
    """A clock on which pauses are turns of the loop."""

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds))):
            await asyncio.sleep(0)


class Obliging:
    """Jobs that answer what they are given, or do not; keeps what was submitted."""

    def __init__(self, answers: list[bool], pauses: list[int]) -> None:
        self.limits = Limits(settle=3, patience=60)
        self.clock = Instant()
        self.submitted: list[list[str]] = []
        self.left: set[str] = set()
        self._answers = answers
        self._pauses = pauses
        self._known: dict[str, int] = {}
        self._numbers = count()

    async def find(self, item: Item[str]) -> int | None:
        await self._pause()
        return self._known.get(item.hash)

    def refusal(self, _: str) -> None:
        return None

    async def submit(self, items: list[Item[str]]) -> None:
        await self._pause()
        self.submitted.append([item.hash for item in items])
        for item in items:
            assert item.hash not in self._known, "submitted twice"
            self._known[item.hash] = next(self._numbers)

    async def arrived(self, live: int, _: Item[str]) -> int:
        await self._pause()
        return live

    async def outcome(self, live: int, item: Item[str], got: int) -> Answer[str] | Fallback[str]:
        await self._pause()
        assert live == got
        if self._answers[live % len(self._answers)]:
            return Answer(item.hash, "job", 0.0)
        return Fallback("failed", "as drawn")

    async def leave(self, requests: set[str], _: Fallback[str]) -> None:
        self.left |= requests

    async def _pause(self) -> None:
        for _ in range(self._pauses[next(self._numbers) % len(self._pauses)]):
            await asyncio.sleep(0)


@dataclass(frozen=True)
class Life:
    """What a scene does: it begins, joins or not, works before each of its requests, perhaps gives the first up, and ends."""

    begins: int
    joins: bool
    works: list[int]
    ends: str
    gives_up_after: int | None

    def waits_for(self, number: int) -> bool:
        return number > 0 or self.gives_up_after is None or not self.joins

    async def lived(self, name: str, ask, sleep) -> None:
        await sleep(self.begins)
        if not self.joins:
            for number in range(len(self.works)):
                await ask(name, number)
            return
        for number, turns in enumerate(self.works):
            await sleep(turns)
            asking = asyncio.create_task(ask(name, number))
            if not self.waits_for(number):
                await sleep(self.gives_up_after)
                asking.cancel()
            await asyncio.gather(asking, return_exceptions=not self.waits_for(number))
        if self.ends != "well":
            raise ZeroDivisionError if self.ends == "badly" else asyncio.CancelledError


LIVES = st.builds(
    Life,
    st.integers(0, 30),
    st.booleans(),
    st.lists(st.integers(0, 40), max_size=3),
    st.sampled_from(["well", "badly", "cancelled"]),
    st.none() | st.integers(0, 20),
)


async def everybody_lives(lives: list[Life], jobs: Obliging, cohort: Cohort) -> dict[str, object]:
    """The outcome of every request that was asked; None where there was none."""
    outcomes: dict[str, object] = {}

    async def take(_: object) -> str:
        return ""

    async def ask(name: str, number: int) -> None:
        item = Item(f"{name}/{number}", name, "model", {}, take)
        outcomes[item.hash] = None
        outcomes[item.hash] = await cohort.ask(item)

    async def lived(name: str, life: Life) -> None:
        async with cohort.member(name) if life.joins else nullcontext():
            await life.lived(name, ask, jobs.clock.sleep)

    async with asyncio.timeout(5):
        living = [lived(f"s{number}", life) for number, life in enumerate(lives)]
        await asyncio.gather(*living, return_exceptions=True)
    return outcomes


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(LIVES, min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.lists(st.integers(0, 5), min_size=1, max_size=5),
)
def test_everybody_gets_an_outcome_and_nothing_goes_out_twice(lives, answers, pauses) -> None:
    """Scenes that begin, ask, give up, fail and are cancelled in any order: no deadlock, no double, no loss."""

    async def run() -> None:
        jobs = Obliging(answers, pauses)
        cohort = Cohort(jobs)
        outcomes = await everybody_lives(lives, jobs, cohort)
        await cohort.aclose()
        sent = [request for job in jobs.submitted for request in job]
        assert len(sent) == len(set(sent))
        for request, outcome in outcomes.items():
            name, _, number = request.partition("/")
            assert isinstance(outcome, Answer | Fallback) or not lives[int(name[1:])].waits_for(int(number))
        assert jobs.left <= {request for request, outcome in outcomes.items() if outcome is None}
        assert not cohort._open
        assert not cohort._gathered

    asyncio.run(run())
