"""One scene's loop: repairs come first, feedback goes back, and the best draft so far is never lost."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from visium_graph import make_video
from visium_graph.agents.reviewer import has_picture, score
from visium_graph.agents.scene_file import unstamped
from visium_graph.checks.finding import Finding
from visium_graph.graph import scene as scene_graph
from visium_graph.graph.scene import build_scene_graph
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard
from visium_graph.timing import BeatTiming, SceneTiming, Timing

PLAIN = """from manim import *


class Plain(Scene):
    def construct(self):
        self.play(Create(Circle()), run_time=0.5)
"""
FIXABLE = PLAIN.replace("Create(", "ShowCreation(")
OFF_FRAME = PLAIN.replace("self.play", "self.add(Text('far away').shift(6.5 * RIGHT))\n        self.play")
BROKEN = PLAIN.replace("Circle()", "Circle(nonsense=1)")
BULLETS = {"kind": "bullets", "parts": [{"id": "x", "text": "A first point with $x^2$"}]}
CUSTOM = {"kind": "custom", "brief": "a circle"}


def board(**scene):
    data = {"id": "one", "title": "One", "beats": [{"id": "a", "say": "Words."}], "layout": BULLETS}
    return Storyboard.model_validate({"title": "Board", "scenes": [data | scene]})


def prepared(folder, storyboard):
    run = Run.create(folder)
    run.write(run.storyboard, storyboard.dumps())
    Timing(scenes=[SceneTiming(id="one", beats=[BeatTiming(id="a", seconds=0.5)])]).write(run.timing)
    return run


def loop(run, **settings):
    """The loop of the run's one scene, to its end: its outcome, and everything its nodes said on the way."""
    chosen = Settings(quality="tiny", voice="silent", render=False, **settings)
    graph = build_scene_graph().compile()
    steps = []

    async def go():
        given_ = {"out": str(run.folder), "scene_id": "one", "index": 0}
        async for step in graph.astream(given_, context=chosen, stream_mode="updates"):
            steps.extend(step.items())

    asyncio.run(go())
    (outcome,) = (update["scenes"]["one"] for name, update in steps if name == "submit")
    return outcome, steps


def test_safe_fixes_are_applied_before_anything_is_asked(tmp_path):
    run = prepared(tmp_path, board(code=FIXABLE))
    outcome, _ = loop(run)
    assert (outcome["outcome"], outcome["coder"], outcome["rounds"]) == ("coded", "storyboard", 1)
    assert unstamped(run.scene("one").read_text()) == PLAIN
    assert [finding["severity"] for finding in outcome["findings"]] == ["info"]
    assert "repaired" in outcome["findings"][0]["message"]


def test_a_hand_written_file_is_repaired_for_the_video_and_left_as_it_is(tmp_path):
    run = prepared(tmp_path, board())
    run.scene("one").write_text(FIXABLE)
    outcome, _ = loop(run)
    assert (outcome["outcome"], outcome["coder"]) == ("coded", "hand")
    assert run.scene("one").read_text() == FIXABLE


def test_what_is_wrong_goes_back_with_numbered_lines(tmp_path):
    run = prepared(tmp_path, board(code=BROKEN))
    outcome, steps = loop(run)
    assert (outcome["outcome"], outcome["coder"]) == ("fallback", "template")
    told = [update["feedback"] for name, update in steps if name == "check"]
    assert "[unknown-keyword]" in told[0]
    assert "> 6 |         self.play(Create(Circle(nonsense=1)), run_time=0.5)" in told[0]
    assert "1 error" in told[0]
    assert told[1] == ""


def test_a_faulty_picture_is_better_than_a_bare_title(tmp_path):
    outcome, _ = loop(prepared(tmp_path, board(code=OFF_FRAME, layout=CUSTOM)))
    assert (outcome["outcome"], outcome["coder"]) == ("coded", "storyboard")
    assert "off-frame" in [finding["rule"] for finding in outcome["findings"]]


def test_code_with_no_picture_and_nothing_below_it_becomes_a_title(tmp_path):
    outcome, _ = loop(prepared(tmp_path, board(code=BROKEN, layout=CUSTOM)))
    assert outcome["outcome"] == "title"


def test_a_fix_that_breaks_the_scene_is_not_used(tmp_path, monkeypatch):
    from visium_graph.checks.service import Fixed
    from visium_graph.graph import scene_work

    note = Finding(file="scenes/one.py", rule="near-name", severity="warning", message="odd")
    monkeypatch.setattr(scene_work, "fix_text", lambda *_: Fixed("raise ValueError\n" + PLAIN, [], [note]))
    run = prepared(tmp_path, board(code=PLAIN))
    outcome, _ = loop(run)
    assert outcome["outcome"] == "coded"
    assert unstamped(run.scene("one").read_text()) == PLAIN


def test_the_video_says_what_was_repaired(tmp_path):
    run = make_video(board(code=FIXABLE), settings=Settings(quality="tiny", voice="silent"), out=tmp_path)
    (scene,) = json.loads(run.report.read_text())["scenes"]
    assert scene["outcome"] == "coded"
    assert "repaired" in scene["findings"][0]["message"]


RULES = st.sampled_from(["exception", "formula", "off-frame", "unknown-method", "near-edge"])
SAID = st.lists(st.tuples(RULES, st.sampled_from(["error", "warning"])), max_size=4)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ladder")
    return {layout: prepared(folder / layout, board(code=PLAIN, layout=fields)) for layout, fields in (("bullets", BULLETS), ("custom", CUSTOM))}  # fmt: skip


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.fixed_dictionaries(dict.fromkeys(("storyboard", "template", "plain-template", "title"), SAID)),
    layout=st.sampled_from(["bullets", "custom"]),
)
def test_a_round_never_makes_the_scene_worse(ready, said, layout):
    """Whatever the checks say: the draft taken is the best of those tried, and a title only where none has a picture."""
    tried = {}

    async def checked(_work, draft, coder):
        tried[coder] = [
            Finding(file="s.py", line=number, rule=rule, severity=severity, message="m")
            for number, (rule, severity) in enumerate(said[coder], 1)
        ]
        return draft, tried[coder]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene_graph, "_checked", checked)
        outcome, _ = loop(ready[layout])
    pictures = {coder: score(found) for coder, found in tried.items() if coder != "title" and has_picture(found)}
    if outcome["coder"] == "title":
        assert pictures == {}
    else:
        assert pictures[outcome["coder"]] == min(pictures.values())
        assert outcome["coder"] == min(pictures, key=pictures.get)
    assert outcome["rounds"] <= len(said)
