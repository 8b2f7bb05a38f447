"""LangSmith gets what the user turned on, and nothing else. Processes of their own: its client remembers environments."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.gemini.authors import Fixed
from tests.gemini.server import KEY, GeminiServer
from tests.models import langsmith
from tests.models.langsmith import LangSmith

ON = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": langsmith.KEY}
ASK = """
import asyncio, sys
from pathlib import Path
from pydantic import BaseModel
from visium_graph.models import Request, Turn, close_models, crew_for
from visium_graph.run import Run
from visium_graph.settings import Settings

class Draft(BaseModel):
    scene_id: str
    code: str

async def main(url, folder):
    run = Run.create(folder / "a-run")
    crew = crew_for(Settings(crew="on", base_url=url, cache_dir=folder / "cache"), run)
    turns = (Turn("user", "Write it."),)
    await crew.ask(Request(role="coder", system="You write.", turns=turns, answer=Draft, scene="why", round=2))
    await crew.ask(Request(role="script", system="You tell.", turns=turns, answer=Draft))
    await close_models()

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
print("done", flush=True)
"""
LONGEST_EXIT = 3.0
"""Seconds; with tracing on and no key it would be twelve."""


@pytest.fixture
def ask(tmp_path: Path):
    """Two questions to the crew in a process of its own; returns what LangSmith got, and the seconds to exit."""

    def run(**tracing: str) -> tuple[LangSmith, float]:
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV") if name in os.environ
        }
        with LangSmith() as service, GeminiServer(Fixed({"scene_id": "why", "code": "pass"})) as gemini:
            env = {**kept, "GOOGLE_API_KEY": KEY, "LANGSMITH_ENDPOINT": service.url, **tracing}
            command = [sys.executable, "-c", ASK, gemini.url, str(tmp_path)]
            with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "done\n"
                began = time.monotonic()
                assert process.wait(timeout=60) == 0
            assert len(gemini.log.of("generate")) == 2
            return service, time.monotonic() - began

    return run


def test_calls_are_traced_with_their_names_tags_and_metadata(ask) -> None:
    service, _ = ask(**ON)
    coder = service.named("coder: scene why, draft 3")
    assert {"role:coder", "scene:why", "round:2"} <= set(coder["tags"])
    metadata = coder["extra"]["metadata"]
    assert metadata["run"] == "a-run"
    assert metadata["model"] == "google_genai:gemini-3.8-flash"
    assert "Write it." in str(coder["inputs"])
    assert "pass" in str(coder["outputs"])
    assert coder["end_time"]
    assert coder.get("error") is None
    script = service.named("script: draft 1")
    assert {"role:script", "round:0"} <= set(script["tags"])
    assert not any(tag.startswith("scene:") for tag in script["tags"])


def test_no_key_is_in_what_is_sent(ask) -> None:
    service, _ = ask(**ON)
    assert service.runs
    for request in service.requests:
        assert KEY.encode() not in request.body
        assert langsmith.KEY.encode() not in request.body
        assert KEY not in str(request.headers)
        assert {name for name, value in request.headers.items() if langsmith.KEY in value} <= {"x-api-key"}


@pytest.mark.parametrize(
    "tracing",
    [
        {},
        {"LANGSMITH_API_KEY": langsmith.KEY},
        {"LANGCHAIN_API_KEY": langsmith.KEY, "LANGSMITH_TRACING": "false"},
        {"LANGSMITH_TRACING": "true"},
        {"LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": " "},
    ],
    ids=lambda tracing: "+".join(f"{name}={value[:5]}" for name, value in tracing.items()) or "nothing",
)
def test_otherwise_nothing_is_sent_and_nobody_waits(ask, tracing: dict[str, str]) -> None:
    service, seconds = ask(**tracing)
    assert service.requests == []
    assert seconds < LONGEST_EXIT
