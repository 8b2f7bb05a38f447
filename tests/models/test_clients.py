"""Clients by event loop: shared, closed, given up."""

from __future__ import annotations

import asyncio
import gc
import json
import warnings

import pytest
from blockbuster import BlockingError, blockbuster_ctx

from tests.gemini.authors import Fixed
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from tests.models.conftest import GOOD, request
from tests.models.openai_server import Said, openai_server
from visium_graph.models import clients, close_models, crew_for, ensure_ready, start_ledger
from visium_graph.models.clients import Pace, lane_of
from visium_graph.run import Run


async def test_calls_share_a_client_and_settings_do_not(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        await asyncio.gather(*[stage.crew.ask(request(str(number))) for number in range(4)])
        lane = lane_of(stage.crew.settings)
        made = await lane.model("google_genai:gemini-3.8-flash", {"thinking_level": "medium"})
        assert made is await lane.model("google_genai:gemini-3.8-flash", {"thinking_level": "medium"})
        assert lane is not lane_of(stage.crew.settings.model_copy(update={"concurrent_calls": 2}))
        assert len(lane._models) == 1


async def test_closing_leaves_what_another_video_is_using(play) -> None:
    async with play(Fixed(GOOD), Plan(latency=0.4)) as stage:
        lane = lane_of(stage.crew.settings)
        asking = asyncio.create_task(stage.crew.ask(request()))
        await asyncio.to_thread(stage.server.log.wait_for, 1)
        await close_models()
        assert (await asking).value.code == "pass"
        assert len(stage.asked) == 1
        await close_models()
        assert lane_of(stage.crew.settings) is not lane
        assert not (await stage.crew.ask(request("later"))).stored


@pytest.mark.parametrize("provider", ["google_genai:gemini-3.8-flash", "openai:llama3"])
def test_loops_that_end_leave_nothing_open(tmp_path, settings, monkeypatch, provider) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    run = Run.create(tmp_path / "run")
    with GeminiServer(Fixed(GOOD)) as google, openai_server(Said(json.dumps(GOOD))) as openai:
        url = google.url if provider.startswith("google") else openai.url
        crew = crew_for(settings(base_url=url, model=provider), run)
        for number in range(3):
            assert asyncio.run(crew.ask(request(str(number)))).value.code == "pass"
        assert len(clients._lanes) == 1  # that the last one is over is seen when the next begins
        asyncio.run(close_models())
        with warnings.catch_warnings(record=True) as left:
            warnings.simplefilter("always")
            gc.collect()
    assert [str(one.message) for one in left] == []


async def test_a_model_that_cannot_be_made_is_tried_again_next_time(play, monkeypatch) -> None:
    async with play(Fixed(GOOD)) as stage:
        lane = lane_of(stage.crew.settings)
        monkeypatch.setattr(clients, "make_model", lambda *_: 1 / 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await lane.model("google_genai:gemini-3.8-flash", {})
        assert lane._models == {}


async def test_a_call_that_is_cancelled_gives_its_place_back(play) -> None:
    async with play(Fixed(GOOD), Plan(latency=30), concurrent_calls=1) as stage:
        asking = asyncio.create_task(stage.crew.ask(request()))
        assert await asyncio.to_thread(stage.server.log.wait_for, 1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        lane = lane_of(stage.crew.settings)
        assert lane.idle
        async with asyncio.timeout(1), lane.slot():
            assert not lane.idle


async def test_nothing_blocks_the_loop(play) -> None:
    async with play(Fixed("no", GOOD)) as stage:
        with blockbuster_ctx(scanned_modules=["visium_graph"]):
            with pytest.raises(BlockingError):
                start_ledger(stage.run)  # writes a file: the watch is awake
            await ensure_ready(stage.crew.settings)
            await stage.crew.ask(request())
            assert (await stage.crew.ask(request())).stored
            await close_models()


async def test_lanes_of_settings_that_nobody_uses_any_more_go(play) -> None:
    async with play(Fixed(GOOD)) as stage:
        lane = lane_of(stage.crew.settings)
        await stage.crew.ask(request())
        async with lane.slot():
            for number in range(40):
                lane_of(stage.crew.settings.model_copy(update={"scene_tokens": 1 + number}))
            await asyncio.sleep(0)
            assert len(clients._lanes[asyncio.get_running_loop()]) <= clients._MOST
            assert lane_of(stage.crew.settings) is lane


async def test_the_pace_is_even(monkeypatch) -> None:
    pauses = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(clients.asyncio, "sleep", pause)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 100.0)
    pace = Pace(6)
    assert [await pace.turn() for _ in range(3)] == [0.0, 10.0, 20.0]
    assert pauses == [10.0, 20.0]
    assert [await Pace(0).turn() for _ in range(3)] == [0.0] * 3
