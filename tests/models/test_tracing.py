"""LangSmith gets what the user turned on, and nothing else. Processes of their own: its client remembers environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.gemini.authors import Fixed
from tests.gemini.call import Call
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
LONGEST_EXIT = 8.0
"""Seconds; with tracing on and no key it would be twelve."""


def _env(service: LangSmith, tracing: dict[str, str]) -> dict[str, str]:
    """Nothing of the developer's own but what a process needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "GOOGLE_API_KEY": KEY, "LANGSMITH_ENDPOINT": service.url, **tracing}


@pytest.fixture
def ask(tmp_path: Path):
    """Two questions to the crew in a process of its own; returns what LangSmith got, and the seconds to exit."""

    def run(**tracing: str) -> tuple[LangSmith, float]:
        with LangSmith() as service, GeminiServer(Fixed({"scene_id": "why", "code": "pass"})) as gemini:
            command = [sys.executable, "-c", ASK, gemini.url, str(tmp_path)]
            with subprocess.Popen(command, env=_env(service, tracing), stdout=subprocess.PIPE, text=True) as process:
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
    assert_keyless(service)


def assert_keyless(service: LangSmith) -> None:
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


# --- A whole run -----------------------------------------------------------------------------------------------------

CODE = """\
from manim import *
from visium_graph.stage import Slide

class SceneWhy(Slide):
    def construct(self):
        self.begin("Why")
        with self.beat(0):
            self.play(FadeIn(Square()), run_time=0.2)
        self.leave()
"""
BOARD = {
    "title": "Squares",
    "scenes": [
        {
            "id": "why",
            "title": "Why",
            "beats": [{"id": "a", "say": "A square.", "show": "a square"}],
            "layout": {"kind": "custom", "brief": "A square."},
            "fallback": {"kind": "bullets", "parts": [{"id": "x", "text": "A square"}]},
        }
    ],
}


def coder_and_reviewer(call: Call):
    if "verdict" in (call.schema or {})["properties"]:
        return {"scene_id": "why", "seen": ["a square"], "complaints": [], "verdict": "accept"}
    return {"scene_id": "why", "code": CODE}


@pytest.mark.parametrize("tracing", [ON, {"LANGSMITH_TRACING": "true"}], ids=["with a key", "without a key"])
def test_a_whole_run(tmp_path: Path, tracing: dict[str, str]) -> None:
    """The graph's own steps are traced too, and are silent too."""
    board = tmp_path / "board.json"
    board.write_text(json.dumps(BOARD), encoding="utf-8")
    with LangSmith() as service, GeminiServer(coder_and_reviewer) as gemini:
        told = {
            "crew": "on",
            "voice": "silent",
            "base_url": gemini.url,
            "cache_dir": str(tmp_path / "cache"),
            "workers": "1",
        }
        settings = [part for name, value in told.items() for part in ("--set", f"{name}={value}")]
        command = [
            sys.executable,
            "-m",
            "visium_graph",
            "make",
            board,
            "-o",
            tmp_path / "run",
            "--quality",
            "tiny",
            *settings,
        ]
        done = subprocess.run(
            command, env=_env(service, tracing), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert [scene["coder"] for scene in report["scenes"]] == ["model"]
    assert report["usage"]["roles"].keys() == {"coder", "reviewer"}
    if tracing is not ON:
        assert service.requests == []
        return
    coder = service.named("coder: scene why, draft 1")
    reviewer = service.named("reviewer: scene why, draft 1")
    assert {"role:reviewer", "scene:why", "round:0"} <= set(reviewer["tags"])
    assert coder["trace_id"] == reviewer["trace_id"]  # one trace a video
    root = service.runs[coder["trace_id"]]
    assert root.get("parent_run_id") is None
    assert_keyless(service)
