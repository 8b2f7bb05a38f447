"""Everything at once: whatever the service does, everybody gets an outcome, and the server's log shows no request twice."""

from __future__ import annotations

import asyncio
import json
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gemini import faults
from tests.gemini.clock import Clock
from tests.gemini.faults import Plan, Turnaround
from tests.gemini.server import KEY, GeminiServer
from tests.models.batch.conftest import LIMITS, MODEL, body_of, written
from visium_graph.models.batch import Answer, Cohort, Fallback, Item, Jobs, Ledger, read_ledger
from visium_graph.models.batch.service import Service

CALLS = ["batch_create", "batch_get", "batch_list", "batch_cancel"]
OF_CALLS = [
    faults.lost(),
    faults.truncated(),
    faults.bad_json(),
    faults.reset(),
    faults.status(503),
    faults.status(429, retry=2),
    faults.status(400),
]
OF_JOBS = [
    faults.reordered(),
    faults.missing(0),
    faults.duplicated(0, 1),
    faults.no_metadata(),
    faults.item_errors(1),
    faults.ends("FAILED"),
    faults.ends("EXPIRED"),
    faults.ends("PARTIALLY_SUCCEEDED"),
    faults.stuck(),
]
STORMS = st.lists(
    st.tuples(st.sampled_from(OF_CALLS), st.sampled_from(CALLS), st.integers(1, 3))
    | st.tuples(st.sampled_from(OF_JOBS), st.just("batch_create"), st.integers(1, 3)),
    max_size=6,
)
TAKEN = replace(LIMITS, deadline=150.0, most_requests=3, attempts=3, grace=3.0)


async def lives(
    server: GeminiServer, folder: Path, scenes: dict[str, int], patience: float | None
) -> dict[str, object]:
    """Outcomes of a run's requests; of one that is interrupted after so many real seconds those so far."""
    outcomes: dict[str, object] = {}
    service = Service(KEY, server.url, TAKEN, server.clock)

    async def take(response):
        return json.loads(response["candidates"][0]["content"]["parts"][0]["text"])["code"]

    async def scene(cohort: Cohort, name: str, rounds: int) -> None:
        async with cohort.member(name):
            for number in range(rounds):
                item = Item(f"{name}/{number}", name, MODEL, body_of(name, f"Draft {number}"), take)
                outcomes[item.hash] = await cohort.ask(item)

    async with Jobs(Ledger(folder, server.clock.now), service, TAKEN, server.clock) as jobs:
        cohort = Cohort(jobs)
        cohort.join(*scenes)
        try:
            async with asyncio.timeout(patience):
                await asyncio.gather(*[scene(cohort, name, rounds) for name, rounds in scenes.items()])
        finally:
            await cohort.aclose()
    return outcomes


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORMS, st.lists(st.integers(1, 2), min_size=1, max_size=5), st.none() | st.floats(0.01, 0.2))
def test_whatever_the_service_does(storm, rounds, interrupted_after) -> None:
    plan = Plan(turnaround=Turnaround(10, 20))
    for fault, kind, number in storm:
        plan.add(fault, kind, nth=number)
    scenes = {f"s{number}": count for number, count in enumerate(rounds)}
    with tempfile.TemporaryDirectory() as named, GeminiServer(written, plan, clock=Clock(500)) as server:
        folder = Path(named)
        if interrupted_after is not None:
            with suppress(TimeoutError):
                asyncio.run(lives(server, folder, scenes, interrupted_after))
        outcomes = asyncio.run(lives(server, folder, scenes, 30))
        assert server.log.submitted_twice() == []
        assert outcomes.keys() == {f"{name}/{number}" for name, count in scenes.items() for number in range(count)}
        for request, outcome in outcomes.items():
            scene, _, number = request.partition("/")
            assert isinstance(outcome, Answer | Fallback)
            assert isinstance(outcome, Fallback) or outcome.value == f"# Draft {number} {scene}"
        kinds = {one.kind for one in read_ledger(folder).outcomes().values()}
        assert kinds <= {"stored", "fallback"}
        if not storm:
            assert kinds == {"stored"}
