"""The reviewer, asked over the wire: what it is shown, and what becomes of what it says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.gemini.authors import Fixed
from tests.gemini.relay import readable
from tests.gemini.server import KEY, GeminiServer
from visium_graph.agents.reviewer_model import review
from visium_graph.checks.finding import Finding
from visium_graph.models import NoAnswer, close_models, crew_for
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene

CODE = """\
from manim import *
from visium_graph.stage import Slide

class SceneSquares(Slide):
    def construct(self):
        with self.beat(0):
            self.add(Square(color=BLUE))
        with self.beat(1) as beat:
            self.add(Text("25"))
            self.wait(0.1)
        self.leave()
"""


@pytest.fixture
def scene() -> Scene:
    data = {
        "id": "squares",
        "title": "A square on each side",
        "beats": [
            {"id": "red", "say": "The red square has 25 cells.", "show": "a red square, 5 by 5", "reveal": ["square"]},
            {"id": "sum", "say": "As many as both, $9 + 16$.", "reveal": ["sum", "square"]},
        ],
        "layout": {
            "kind": "custom",
            "brief": "A red square (role bad) with 5 by 5 cells, then the sum to its right.",
            "parts": [{"id": "square", "text": "red square, 25 cells"}, {"id": "sum", "text": "$9 + 16 = 25$"}],
        },
    }
    return Scene.model_validate(data)


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    """One still that is too large for a model, and one that is not."""
    paths = []
    for number, (size, colour) in enumerate([((1000, 562), "blue"), ((320, 180), "red")]):
        paths.append(tmp_path / f"still-{number}.png")
        Image.new("RGB", size, colour).save(paths[-1])
    return paths


def complaint(**fields: Any) -> dict[str, Any]:
    usual = {"beat": "red", "objects": ["square"], "kind": "says-otherwise", "problem": "It is blue.", "wish": "Red."}
    return usual | fields


def answer(*complaints: dict[str, Any], verdict: str = "revise", scene: str = "squares") -> dict[str, Any]:
    return {"scene_id": scene, "seen": ["a blue square"], "complaints": list(complaints), "verdict": verdict}


@pytest.fixture
def asked(tmp_path: Path, scene: Scene, frames: list[Path], monkeypatch: pytest.MonkeyPatch):
    """Reviews with a model that gives these answers; returns the findings, and the calls as the server saw them."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    run = Run.create(tmp_path / "run")

    async def ask(*answers: Any, findings: list[Finding] | None = None, **options: Any):
        with GeminiServer(Fixed(*answers)) as server:
            settings = Settings(crew="on", base_url=server.url, cache_dir=tmp_path / "cache", call_attempts=1)
            crew = crew_for(settings, run)
            assert crew is not None
            try:
                told = await review(crew, scene, frames, findings or [], round=1, **options)
            finally:
                await close_models()
            return told, [exchange.call for exchange in server.log.of("generate")]

    return ask


def blocks_of(call) -> list[str]:
    """What the user's turns hold, in order: texts, and the sizes of pictures."""
    found = []
    for turn in call.body["contents"]:
        assert turn["role"] == "user"
        found += ["text" if "text" in part else "picture" for part in turn["parts"]]
    return found


async def test_the_prompt(asked, prompt_snapshot) -> None:
    measured = Finding(
        file="scenes/squares.py", rule="near-edge", severity="warning", message="too near the edge, beat 1"
    )
    before = Finding(
        file="scenes/squares.py",
        rule="review",
        severity="warning",
        message="beat(0) 'red', square: ...",
        suggestion="Red.",
    )
    texts = [["A square on each side"], ["A square on each side", "9 + 16 = 25", "9 + 16 = 25"]]
    _, (call,) = await asked(answer(verdict="accept"), findings=[measured, before], texts=texts)
    assert readable(call, ["red.png", "sum.png"]) == prompt_snapshot


async def test_every_beat_has_its_picture_after_its_words(asked) -> None:
    _, (call,) = await asked(answer(verdict="accept"))
    assert blocks_of(call) == ["text", "text", "picture", "text", "picture", "text"]
    sizes = []
    for media, data in call.blobs:
        assert media == "image/png"
        with Image.open(io.BytesIO(data)) as image:
            sizes.append((image.size, image.convert("RGB").getpixel((0, 0))))
    assert sizes == [((768, 432), (0, 0, 255)), ((320, 180), (255, 0, 0))]
    assert call.thinking == {"thinkingLevel": "LOW"}


async def test_complaints_become_findings_with_their_beats_lines(asked) -> None:
    later = complaint(beat="sum", kind="wrong-label", objects=['"25"', "sum"], problem="Says\n 24\x1b[31m.", wish="25.")
    findings, _ = await asked(answer(complaint(), later), code=CODE)
    assert [finding.model_dump(exclude_none=True) for finding in findings] == [
        {
            "file": "scenes/squares.py",
            "line": 6, "column": 1, "end_line": 7,
            "rule": "review", "severity": "warning",
            "message": "beat(0) 'red', square: says-otherwise: It is blue.", "suggestion": "Red.",
        },
        {
            "file": "scenes/squares.py",
            "line": 8, "column": 1, "end_line": 10,
            "rule": "review", "severity": "warning",
            "message": "beat(1) 'sum', \"25\", sum: wrong-label: Says 24[31m.", "suggestion": "25.",
        },
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "def broken(:", "class A:\n    pass\n"])
async def test_without_the_code_they_stand_at_its_first_line(asked, code: str) -> None:
    (finding,), _ = await asked(answer(complaint()), code=code)
    assert (finding.line, finding.end_line) == (1, None)


async def test_what_is_known_beats_what_is_said(asked) -> None:
    said = answer(
        complaint(kind="overlap"),
        complaint(kind="missing", beat="sum", objects=["sum"]),
        complaint(kind="off-frame", beat="sum", problem="The sum is cut."),
        complaint(kind="too-late", objects=["sum"]),
        complaint(problem="It stands."),
    )
    off = Finding(file="scenes/squares.py", rule="off-frame", message="beyond the frame (from 2.0 s to 3.0 s, beat 1)")
    findings, _ = await asked(said, findings=[off], texts=[[], ["9+16=25"]])
    assert [finding.message.rpartition(": ")[2] for finding in findings] == ["The sum is cut.", "It stands."]


async def test_at_most_three_the_worst_first(asked) -> None:
    findings, _ = await asked(answer(*(complaint(problem=f"Fault {number}.") for number in range(5))))
    assert [finding.message[-8:] for finding in findings] == ["Fault 0.", "Fault 1.", "Fault 2."]


async def test_a_scene_that_is_accepted_has_no_findings(asked) -> None:
    findings, calls = await asked(answer(complaint(), verdict="accept"))
    assert findings == []
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (answer(complaint(beat="third")), "there is no beat 'third' in this scene (beats: red, sum)"),
        (answer(), "there is no complaint that says why"),
        (answer(complaint(), scene="another"), "not about 'squares'"),
        (answer(complaint(kind="ugly")), "kind"),
        (answer(complaint(wish=" ")), "needs a problem and a wish"),
    ],
)
async def test_an_unfit_answer_is_asked_for_once_more_with_the_reason(asked, bad, reason: str) -> None:
    findings, calls = await asked(bad, answer(complaint()))
    assert len(findings) == 1
    first, second = calls
    assert second.turns[-2][0] == "model"
    assert json.loads(second.turns[-2][1]) == bad
    assert reason in second.prompt
    assert reason not in first.prompt


async def test_without_an_answer_the_checks_decide(asked) -> None:
    with pytest.raises(NoAnswer) as raised:
        await asked(answer(complaint(beat="third")))
    assert raised.value.kind == "unfit"


async def test_a_picture_for_every_beat(asked, frames) -> None:
    frames.pop()
    with pytest.raises(ValueError, match="zip"):
        await asked(answer(verdict="accept"))
