"""A run's batches as a whole, and from outside."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from tests.gemini import faults
from tests.gemini.clients import client
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.server import KEY, GeminiServer
from tests.models.batch.conftest import LIMITS, MODEL
from tests.models.batch.test_asking import asked, author
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models.batch import read_ledger
from visium_graph.models.batch.desk import cancel_jobs, jobs_at_service, open_asking
from visium_graph.models.batch.ledger import Outcome
from visium_graph.run import Run


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    with GeminiServer(author, Plan(turnaround=Turnaround(30, 60)), clock=Clock(500)) as made:
        yield made


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run")


async def interrupted(settings, run, server, *scenes):
    """The jobs that a run leaves behind which is interrupted while it waits."""

    async def work():
        async with open_asking(settings, run, LIMITS, clock=server.clock) as asking:
            asking.cohort.join(*scenes)
            await asked(asking, *scenes)

    working = asyncio.create_task(work())
    assert await asyncio.to_thread(server.log.wait_for, 2, "batch_get")
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return read_ledger(run.folder).running()


async def test_a_run_goes_on_where_it_was(settings, run, server) -> None:
    given = settings(base_url=server.url)
    [job] = await interrupted(given, run, server, "one", "two")
    assert [(one.name, one.id) for one in await jobs_at_service(given)] == [(job.name, job.id)]
    async with open_asking(given, run, LIMITS, clock=server.clock) as asking:
        outcomes, _ = await asked(asking, "one", "two")
    assert [one.value.result.scene_id for one in outcomes] == ["one", "two"]
    assert server.log.counts()["batch_create"] == 1
    assert set(read_ledger(run.folder).outcomes().values()) == {
        Outcome("one", job.name, "stored", ""),
        Outcome("two", job.name, "stored", ""),
    }


async def test_jobs_can_be_cancelled_from_outside(settings, run, server) -> None:
    given = settings(base_url=server.url)
    server.plan.add(faults.stuck(), nth=1)
    [job] = await interrupted(given, run, server, "one", "two")
    with pytest.raises(InputError, match=f"no batch job named 'x' .jobs: {job.name}"):
        await cancel_jobs(given, run, ["x"])
    assert await cancel_jobs(given, run, [job.name]) == [job.name]
    assert await cancel_jobs(given, run) == []
    assert {one.state for one in server.log.submissions()} == {"cancelled"}
    async with open_asking(given, run, LIMITS, clock=server.clock) as asking:
        (one,), _ = await asked(asking, "one")
    assert (one.why, server.log.counts()["batch_create"]) == ("cancelled", 1)
    assert read_ledger(run.folder).outcomes()["one"] == Outcome("one", job.name, "fallback", "cancelled")
    async with open_asking(given, run, LIMITS, clock=server.clock, anew=True) as asking:
        (one,), _ = await asked(asking, "one")
    assert one.value.result.scene_id == "one"
    assert server.log.submitted_twice() == []


async def test_a_job_that_has_ended_is_not_cancelled_and_its_answers_are_used(settings, run, server) -> None:
    given = settings(base_url=server.url)
    await interrupted(given, run, server, "one")
    server.clock.advance(1000)
    assert await cancel_jobs(given, run) == []
    async with open_asking(given, run, LIMITS, clock=server.clock) as asking:
        (one,), _ = await asked(asking, "one")
    assert one.value.result.scene_id == "one"
    assert server.log.submitted_twice() == []


async def test_the_jobs_of_others_are_none_of_ours(settings, server) -> None:
    with client(server) as genai:
        given = {"model": MODEL, "src": [{"contents": "x"}], "config": {"display_name": "visiumX"}}
        await asyncio.to_thread(lambda: genai.batches.create(**given))
    assert await jobs_at_service(settings(base_url=server.url)) == []


async def test_what_is_missing_is_said_in_one_line(settings, run, monkeypatch) -> None:
    given = settings(base_url="http://127.0.0.1:9")
    with pytest.raises(EnvironmentFault, match="need a Gemini key: set GOOGLE_API_KEY"):
        async with open_asking(given, run):
            pass
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    monkeypatch.setattr("visium_graph.models.batch.service.LONGEST_WAIT", 0.0)
    with pytest.raises(EnvironmentFault, match="cannot be listed"):
        await jobs_at_service(given)
    async with open_asking(given, run):
        with pytest.raises(EnvironmentFault, match="another process is at work"):
            await cancel_jobs(given, run)
