"""The coder with a model: what it is sent, which answers are refused, and what becomes of those that are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.agents.crew import TestCrew, conversation
from tests.gemini import schemas
from tests.gemini.authors import Fixed
from tests.gemini.server import KEY, GeminiServer
from visium_graph.agents.coder_model import (
    Assignment,
    CodeEdits,
    SceneCode,
    repair_code,
    repair_request,
    scope_for,
    thinking_for,
    write_code,
    write_request,
)
from visium_graph.agents.prompts import prompt
from visium_graph.checks.feedback import feedback
from visium_graph.checks.finding import Finding
from visium_graph.checks.scene import findings_of
from visium_graph.checks.service import check_text
from visium_graph.models import NoAnswer, close_models, crew_for
from visium_graph.run import Run
from visium_graph.sandbox import run_job
from visium_graph.sandbox.job import Job
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard

BOARD = Storyboard.model_validate(
    {
        "title": "Squares",
        "scenes": [
            {
                "id": "question",
                "title": "A question",
                "beats": [{"id": "a", "say": "How large is it?"}],
                "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "How large?"}]},
            },
            {
                "id": "four-tiles",
                "title": "Four tiles",
                "beats": [
                    {"id": "a", "say": "Take a tile of side $a$.", "show": "the tile", "reveal": ["tile"]},
                    {"id": "b", "say": "Four of them make a square of twice the side.", "reveal": ["tile", "four"]},
                    {"id": "c", "say": "So it is four times as large."},
                ],
                "layout": {
                    "kind": "custom",
                    "brief": "A square of side a (primary), in the middle; then four of them.",
                    "parts": [
                        {"id": "tile", "text": "$a$", "role": "primary"},
                        {"id": "four", "text": "$(2a)^2 = 4a^2$"},
                    ],
                },
                "fallback": {
                    "kind": "bullets",
                    "parts": [{"id": "tile", "text": "A tile"}, {"id": "four", "text": "4"}],
                },
            },
        ],
    }
)
ASSIGNMENT = Assignment(BOARD.scenes[1], BOARD, "dark", [2.4, 3.87, 3.0])
ANSWER = """\
class Tiles(Slide):
    def construct(self):
        tile = Square(1.6, opacity=0.3).move_to(self.region.center)
        side = MathTex("a").next_to(tile, DOWN)
        with self.beat(0) as beat:
            self.play(ShowCreation(tile), FadeIn(side), run_time=0.4 * beat.duration)
        with self.beat(1) as beat:
            tiles = VGroup(*[tile.copy() for _ in range(4)]).arrange_in_rows(2)
            self.play(*[TransformFromCopy(tile, each) for each in tiles])
        with self.beat(2) as beat:
            self.play(Indicate(tiles))
"""
REVIEW = Finding(
    file="scenes/four-tiles.py",
    line=14,
    rule="review",
    severity="warning",
    message="beat b: the four tiles do not stand where the one stood",
    suggestion="arrange them around its centre",
)


class Crew(TestCrew):
    settings = Settings()


def draft() -> str:
    return ASSIGNMENT.form.of(ANSWER)


def findings() -> list[Finding]:
    return check_text(draft(), "scenes/four-tiles.py")


def line(text: str) -> int:
    return next(number for number, shown in enumerate(draft().splitlines(), 1) if text in shown)


def edit(first: int, replacement: str, last: int | None = None) -> dict[str, object]:
    return {"first_line": first, "last_line": last or first, "replacement": replacement}


REPAIRS = [
    edit(line("tile = "), "        tile = Square(1.6, fill_opacity=0.3).move_to(self.region.center)"),
    edit(line("ShowCreation"), "            self.play(Create(tile), FadeIn(side), run_time=0.4 * beat.duration)"),
    edit(
        line("tiles = "), "            tiles = VGroup(*[tile.copy() for _ in range(4)]).arrange_in_grid(2, 2, buff=0)"
    ),
]


def test_the_prompt_for_a_first_draft(prompt_snapshot) -> None:
    assert conversation(write_request(ASSIGNMENT, round=0)) == prompt_snapshot


@pytest.mark.parametrize(("number", "scope"), [(1, "lines"), (2, "block")])
def test_the_prompt_for_edits(prompt_snapshot, number: int, scope: str) -> None:
    found = [*findings(), REVIEW]
    assert scope_for(number, found, draft()) == scope
    request = repair_request(ASSIGNMENT, draft(), found, round=number, scope=scope)
    assert request.turns[0].text == prompt_snapshot


async def test_the_prompt_for_a_whole_new_draft(prompt_snapshot) -> None:
    crew = Crew({"scene_id": "four-tiles", "code": ANSWER + "        self.wait()\n"})
    made = await repair_code(crew, ASSIGNMENT, draft(), findings(), round=3, scope="whole")
    assert made.whole
    assert crew.requests[0].turns[0].text == prompt_snapshot


def test_all_that_is_special_stands_after_what_is_the_same_for_all() -> None:
    """Providers keep what prompts begin with: nothing of a scene or a round may stand in it."""
    first = write_request(ASSIGNMENT, round=0)
    repair = repair_request(ASSIGNMENT, draft(), findings(), round=1, scope="lines")
    scene = BOARD.scenes[1].model_copy(update={"id": "other", "title": "Another"})
    board = BOARD.model_copy(update={"scenes": [scene]})
    other = write_request(Assignment(scene, board, "light", [1.0, 1.0, 1.0]), round=0)
    assert first.system == repair.system == other.system
    shared = first.turns[0].text.index("Write the scene.")
    assert repair.turns[0].text[:shared] == first.turns[0].text[:shared]
    assert 4000 < len(first.system) / 4 < 7000
    assert (first.scene, first.round, repair.round) == ("four-tiles", 0, 1)


async def test_a_first_draft_is_put_into_form() -> None:
    crew = Crew({"scene_id": "four-tiles", "code": f"```python\n{ANSWER}```"})
    made = await write_code(crew, ASSIGNMENT, round=0)
    assert made.code == draft()
    assert made.whole
    assert crew.requests[0].thinking == thinking_for(crew.settings, BOARD.scenes[1])
    assert "class SceneFourTiles(Slide):" in made.code
    assert "self.begin('Four tiles', after='A question')" in made.code
    assert {item.rule for item in findings()} == {"unknown-keyword", "manimgl", "unknown-method"}


async def test_prose_instead_of_code_is_refused() -> None:
    with pytest.raises(NoAnswer, match="no class that derives from Slide"):
        await write_code(Crew({"scene_id": "four-tiles", "code": "I cannot draw that."}), ASSIGNMENT, round=0)


async def test_edits_repair_a_draft() -> None:
    crew = Crew({"scene_id": "four-tiles", "edits": REPAIRS})
    made = await repair_code(crew, ASSIGNMENT, draft(), findings(), round=1, scope="lines")
    assert not made.whole
    assert check_text(made.code) == []
    assert sum(a != b for a, b in zip(made.code.splitlines(), draft().splitlines(), strict=True)) == 3


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([], "no edits"),
        ([edit(99, "x")], "beyond the last line"),
        ([edit(1, "import os")], "outside the lines that may be changed"),
        ([REPAIRS[0], REPAIRS[0]], "overlaps"),
        (
            [edit(line("tile = "), "        tile = Square(1.6, opacity=0.3).move_to(self.region.center)")],
            "change nothing",
        ),
        ([edit(line("ShowCreation"), "            self.play(Create(tile)")], "Python cannot read"),
    ],
)
async def test_edits_that_cannot_be_used_are_refused_with_the_reason(edits, reason: str) -> None:
    found = [item for item in findings() if item.line > 9]
    crew = Crew({"scene_id": "four-tiles", "edits": edits})
    with pytest.raises(NoAnswer, match=reason):
        await repair_code(crew, ASSIGNMENT, draft(), found, round=1, scope="lines")


async def test_a_whole_draft_that_is_the_same_again_is_refused() -> None:
    crew = Crew({"scene_id": "four-tiles", "code": ANSWER})
    with pytest.raises(NoAnswer, match="the same as before"):
        await repair_code(crew, ASSIGNMENT, draft(), findings(), round=3, scope="whole")


def test_signatures_are_told_of_what_is_called_wrongly_and_of_nothing_else() -> None:
    def told(*found: Finding) -> list[str]:
        text = repair_request(ASSIGNMENT, draft(), found, round=1, scope="lines").turns[0].text
        return re.findall(r"^- (\w+[.( ].*)$", text[text.index("## What is wrong") :], re.MULTILINE)

    wrong = told(*findings())
    assert any(text.startswith("VGroup has no arrange_in_rows; it has arrange_in_grid(") for text in wrong)
    assert "Create(mobject, lag_ratio=1, introducer=True)" in wrong
    assert told(REVIEW, REVIEW.model_copy(update={"rule": "off-frame", "severity": "error"})) == []


def test_answers_have_schemas_that_the_service_takes() -> None:
    for answer in (SceneCode, CodeEdits):
        schemas.check(answer.model_json_schema())
        assert "scene_id" in answer.model_json_schema()["required"]


def test_thinking_grows_with_what_there_is_to_draw() -> None:
    scene = BOARD.scenes[1]
    beats = [beat.model_copy(update={"show": "a thing that turns " * 8}) for beat in scene.beats * 3]
    longer = scene.model_copy(update={"beats": beats[:5]})
    longest = scene.model_copy(update={"beats": beats})
    auto = Settings()
    assert [thinking_for(auto, one) for one in (scene, longer, longest)] == ["low", "medium", "high"]
    assert thinking_for(Settings(coder_thinking="off"), longest) == "off"


def test_the_prompts_example_is_a_scene_without_fault(tmp_path: Path) -> None:
    text = prompt("coder", version="", reference="", mistaken={"name": "", "attr": "", "kwarg": ""})
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert check_text(code) == []
    payload = {
        "scene_id": "one",
        "code": code,
        "beats": [{"id": str(number), "seconds": 4.0} for number in range(3)],
        "width": 854,
        "height": 480,
        "fps": 15,
        "theme": "dark",
        "math": "mathjax",
        "assets": {},
    }
    result = run_job(Job("check", payload, tmp_path / "store"))
    assert findings_of(result, "one.py") == []
    assert feedback(code, []) == ""


def test_what_the_prompt_says_of_the_stage_is_there() -> None:
    from visium_graph.checks.index import load_index
    from visium_graph.stage import THEMES

    index = load_index()
    text = prompt("coder", version="", reference="", mistaken={"name": "", "attr": "", "kwarg": ""})
    stage = text[text.index("## The stage") : text.index("## Time")]
    slide = index.classes[index.stage["Slide"].ref]
    for name in re.findall(r"self\.(\w+)", stage):
        assert name in slide.attributes, name
    style = index.classes[index.stage["RichText"].ref].init.accepts
    call = re.search(r"self\.rich\(([^`]*)\)`", stage)[1]
    assert set(re.findall(r"(\w+)=", call)) - {"role"} <= style
    for theme in THEMES.values():
        assert all(f"`{role}`" in stage for role in theme.roles)


async def test_a_scene_is_written_and_repaired_over_the_wire(tmp_path: Path, monkeypatch) -> None:
    """An edit that changes nothing is put back with the reason, and the second try is taken."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    useless = {"scene_id": "four-tiles", "edits": [edit(1, draft().splitlines()[0])]}
    answers = {"scene_id": "four-tiles", "code": ANSWER}, useless, {"scene_id": "four-tiles", "edits": REPAIRS}
    with GeminiServer(Fixed(*answers)) as server:
        settings = Settings(crew="on", base_url=server.url, cache_dir=tmp_path / "cache", call_attempts=1)
        crew = crew_for(settings, Run.create(tmp_path / "run"))
        assert crew is not None
        try:
            first = await write_code(crew, ASSIGNMENT, round=0)
            second = await repair_code(crew, ASSIGNMENT, first.code, findings(), round=1, scope="lines")
        finally:
            await close_models()
        assert first.code == draft()
        assert check_text(second.code) == []
        calls = server.log.of("generate")
        assert len(calls) == 3
