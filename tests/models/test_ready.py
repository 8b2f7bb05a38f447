"""Before anything is spent: keys, names, servers."""

from __future__ import annotations

import socket

import pytest

from tests.gemini import faults
from tests.gemini.authors import Fixed
from tests.gemini.faults import Plan
from tests.models.conftest import GOOD, request
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models import ensure_ready


async def one_line(settings, error=EnvironmentFault) -> str:
    with pytest.raises(error) as found:
        await ensure_ready(settings)
    assert "\n" not in str(found.value)
    return str(found.value)


async def test_a_right_key_and_known_models_cost_nothing_and_are_looked_up_once(play) -> None:
    async with play(reviewer_model="gemini-3.6-flash") as stage:
        await ensure_ready(stage.crew.settings)
        assert stage.server.log.counts() == {"model_get": 2}
        await ensure_ready(stage.crew.settings)
        assert len(stage.server.log) == 2
        assert stage.server.log.tokens() == {}


async def test_a_crew_that_is_off_needs_nothing(settings) -> None:
    await ensure_ready(settings(crew="off"))
    await ensure_ready(settings(crew="auto"))


@pytest.mark.parametrize("key", [None, "", "  "])
async def test_no_key(settings, monkeypatch, key) -> None:
    if key is not None:
        monkeypatch.setenv("GOOGLE_API_KEY", key)
    said = await one_line(settings())
    assert said == "no key for Gemini: set GOOGLE_API_KEY (or GEMINI_API_KEY), or work without models: --config offline"


@pytest.mark.parametrize("variable", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
async def test_a_wrong_key(play, monkeypatch, variable) -> None:
    async with play() as stage:
        monkeypatch.setenv("GOOGLE_API_KEY", "")
        monkeypatch.setenv(variable, "wrong-key")
        said = await one_line(stage.crew.settings)
        assert said.startswith(f"Gemini does not accept the key in {variable}: set a valid one")
        assert "wrong-key" not in said
        assert len(stage.server.log) == 1


async def test_a_key_that_may_not(play) -> None:
    async with play(plan=Plan().add(faults.status(403), "model_get")) as stage:
        said = await one_line(stage.crew.settings)
    assert said.startswith("Gemini refuses the key in GOOGLE_API_KEY for gemini-3.8-flash (403: ")


async def test_an_unknown_model_names_its_neighbours(play) -> None:
    async with play(coder_model="google_genai:gemini-3.8-flsh") as stage:
        said = await one_line(stage.crew.settings)
    assert said.startswith("Gemini has no model 'gemini-3.8-flsh'; near: gemini-3.8-flash")


@pytest.mark.parametrize("fault", [faults.status(503), faults.reset()], ids=lambda fault: fault.name)
async def test_a_service_that_comes_back_in_time(play, fault) -> None:
    async with play(plan=Plan().add(fault, "model_get", nth=(1, 2))) as stage:
        await ensure_ready(stage.crew.settings)
        assert len(stage.server.log) == 3


async def test_a_service_out_of_reach(play) -> None:
    async with play(plan=Plan().add(faults.status(503), "model_get")) as stage:
        said = await one_line(stage.crew.settings)
        assert said.startswith(f"Gemini cannot be reached at {stage.server.url} (503: ")
        assert "--config offline" in said


async def test_a_busy_key_is_a_right_one(play) -> None:
    async with play(plan=Plan().add(faults.status(429), "model_get")) as stage:
        await ensure_ready(stage.crew.settings)


async def test_a_wrong_key_met_without_looking_first_ends_the_run(play, monkeypatch) -> None:
    async with play(Fixed(GOOD)) as stage:
        monkeypatch.setenv("GOOGLE_API_KEY", "wrong-key")
        with pytest.raises(EnvironmentFault, match="the key is not accepted: check GOOGLE_API_KEY or GEMINI_API_KEY"):
            await stage.crew.ask(request())
        assert len(stage.asked) == 1


async def test_an_unknown_model_met_without_looking_first_ends_the_run(play) -> None:
    async with play(Fixed(GOOD), coder_model="gemini-9") as stage:
        with pytest.raises(EnvironmentFault, match="the service has no model 'gemini-9'"):
            await stage.crew.ask(request())


async def test_other_providers_without_a_key(settings) -> None:
    said = await one_line(settings(model="openai:gpt-6-astra"))
    assert "set OPENAI_API_KEY" in said


async def test_a_server_that_nobody_started(settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        said = await one_line(settings(model="openai:llama3", base_url=url))
    assert said.startswith(f"model openai:llama3: nobody listens at {url} (")


@pytest.mark.parametrize("model", ["llama3", "gpt-6-astra", "google_genai:", ":x"])
async def test_models_without_a_provider(settings, model) -> None:
    assert "write it as provider:model" in await one_line(settings(model=model), InputError)


async def test_a_file_of_prices_with_a_fault_is_met_first(settings, tmp_path) -> None:
    assert "prices cannot be read" in await one_line(settings(prices=tmp_path / "none.yaml"), InputError)
