"""Chat models by their names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models.factory import efforts, make_model, service_url, split_model
from visium_graph.settings import Settings


@pytest.fixture(autouse=True)
def _keys(monkeypatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "some-key")
    monkeypatch.setenv("OPENAI_API_KEY", "some-key")


OFF = """
import asyncio
from pathlib import Path
from visium_graph.models import close_models, crew_for, ensure_ready, usage_of
from visium_graph.run import Run
from visium_graph.settings import Settings
assert crew_for(Settings(crew="off"), Run(Path())) is None
asyncio.run(ensure_ready(Settings(crew="off")))
asyncio.run(close_models())
usage_of(Run(Path()))
"""


@pytest.mark.parametrize("statement", ["import visium_graph", "import visium_graph.models", OFF])
def test_nothing_heavy_loads_before_a_model_is_asked(statement) -> None:
    heavy = {"langchain", "langchain_core", "google.genai", "langsmith", "openai", "httpx", "tenacity"}
    code = f"import sys\n{statement}\nprint(*sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_names() -> None:
    assert split_model("openai:gpt-6") == ("openai", "gpt-6")
    assert split_model("ollama:llama3:8b") == ("ollama", "llama3:8b")
    assert split_model("gemini-3.8-flash") == ("google_genai", "gemini-3.8-flash")


def test_ways_to_ask_for_thinking_end_with_none_at_all() -> None:
    assert efforts("google_genai", "gemini-3.8-flash", "high") == [{"thinking_level": "high"}, {}]
    assert efforts("google_genai", "gemini-3.8-flash", "off")[0] == {"thinking_level": "minimal"}
    assert efforts("google_genai", "gemini-2.5-pro", "off") == [{"thinking_budget": 0}, {}]
    assert efforts("google_genai", "gemini-2.5-pro", "high") == efforts("google_genai", "gemma-4", "high") == [{}]
    assert efforts("openai", "gpt-6", "low") == [{"reasoning_effort": "low"}, {}]
    assert efforts("ollama", "llama3", "high") == efforts("anthropic", "claude", "low") == [{}]


def test_the_settings_reach_the_model() -> None:
    settings = Settings(call_seconds=7, base_url="http://127.0.0.1:9", model_options={"top_p": 0.5})
    made = make_model(settings, "google_genai:gemini-3.8-flash", {"thinking_level": "low"})
    assert (made.timeout, made.max_retries, made.top_p, made.temperature) == (7, 1, 0.5, None)
    assert (made.base_url, made.thinking_level) == ("http://127.0.0.1:9", "low")
    other = make_model(settings, "openai:gpt-6", {})
    assert (other.request_timeout, other.max_retries, other.top_p) == (7, 0, 0.5)
    assert other.openai_api_base == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("google", "gemini", "used"), [("a-key", "b-key", "a-key"), ("", "b-key", "b-key"), (" a-key\n", "", "a-key")]
)
def test_which_key_is_used(monkeypatch, google, gemini, used) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", google)
    monkeypatch.setenv("GEMINI_API_KEY", gemini)
    made = make_model(Settings(), "google_genai:gemini-3.8-flash", {})
    assert made.google_api_key.get_secret_value() == used
    assert used not in repr(made)


@pytest.mark.parametrize("option", ["api_key", "google_api_key", "openai_api_key", "aws_secret_access_key", "password"])
def test_keys_are_not_taken_from_settings(option) -> None:
    with pytest.raises(InputError, match=f"model_options.{option}: keys belong into the environment"):
        make_model(Settings(model_options={option: "x"}), "google_genai:gemini-3.8-flash", {})


def test_a_missing_package_is_named() -> None:
    with pytest.raises(
        EnvironmentFault, match=r"model mistralai:m: its package is missing: pip install langchain-mistralai$"
    ):
        make_model(Settings(), "mistralai:m", {})


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        ("nobody:m", {}, "model nobody:m: cannot be used"),
        ("google_genai:gemini-3.8-flash", {"top_p": 7}, "cannot be used .*top_p"),
    ],
)
def test_what_cannot_be_made_is_one_line(model, options, says) -> None:
    with pytest.raises(InputError, match=says) as found:
        make_model(Settings(model_options=options), model, {})
    assert "\n" not in str(found.value)


def test_the_address_comes_from_the_settings_or_the_environment(monkeypatch) -> None:
    assert service_url(Settings(), "google_genai") is None
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    assert service_url(Settings(), "google_genai") == "http://127.0.0.1:1"
    assert service_url(Settings(base_url="http://127.0.0.1:2"), "google_genai") == "http://127.0.0.1:2"
    assert service_url(Settings(), "openai") is None
