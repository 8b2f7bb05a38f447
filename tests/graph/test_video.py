"""The whole graph, for real: real sandbox, real Manim at a tiny size, the silent voice."""

import asyncio
import json
from fractions import Fraction
from itertools import pairwise

import av
import pytest

from visium_graph import amake_video, build_graph, make_video
from visium_graph.agents.scene_file import is_hand_written
from visium_graph.errors import InputError
from visium_graph.graph import scene as scene_graph
from visium_graph.graph.state import merge_scenes
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard
from visium_graph.timing import Timing

GOOD = """
from manim import *
from visium_graph.stage import Slide

class Good(Slide):
    def construct(self):
        title = self.title("By code")
        with self.beat(0) as beat:
            self.play(FadeIn(title), run_time=0.4 * beat.duration)
        with self.beat(1):
            self.play(Create(Square()), run_time=0.5)
"""
PLAIN = """
from manim import *

class Plain(Scene):
    def construct(self):
        self.play(Create(Circle()), run_time=0.5)
"""
OFF_FRAME = PLAIN.replace("self.play", "self.add(Text('far away').shift(20 * RIGHT))\n        self.play")


def scene(scene_id, code=None, **changes):
    data = {
        "id": scene_id,
        "title": f"Scene {scene_id}",
        "beats": [{"id": "a", "say": "One."}, {"id": "b", "say": "Two."}],
        "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "A first point"}]},
        "code": code,
    }
    return data | changes


def board(*scenes):
    return Storyboard.model_validate({"title": "Board", "scenes": list(scenes)})


def report_of(run):
    return json.loads(run.report.read_text())


def chapters_of(path):
    with av.open(str(path)) as container:
        return [(chapter["metadata"]["title"], chapter["start"], chapter["end"]) for chapter in container.chapters()]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """One video whose scenes end in every possible way; ids that no sorting puts in this order."""
    storyboard = board(
        scene("s10", GOOD),
        scene("s2"),
        scene("s1", "import os\nos.abort()\n" + PLAIN),
        scene("zz", OFF_FRAME),
        scene("bad", "class X(:"),
        scene("plain", PLAIN),
        scene("nothing", layout={"kind": "custom", "brief": "a torus"}),
        scene("formula", layout={"kind": "formula", "parts": [{"id": "f", "latex": r"\frac{1}{"}]}),
    )
    settings = Settings(quality="tiny", voice="silent")
    events = []
    run = make_video(storyboard, settings=settings, out=tmp_path_factory.mktemp("mixed"), on_event=events.append)
    return storyboard, settings, run, events


def test_every_scene_is_there_in_order(mixed):
    storyboard, _, run, _ = mixed
    chapters = chapters_of(run.video)
    assert [title for title, *_ in chapters] == [scene.title for scene in storyboard.scenes]
    assert all(end == start for (_, _, end), (_, start, _) in pairwise(chapters))
    for item in storyboard.scenes:
        assert run.clip(item.id).is_file()
        assert run.scene(item.id).is_file()


def test_the_report_says_what_became_of_each_scene_and_why(mixed):
    scenes = {item["id"]: item for item in report_of(mixed[2])["scenes"]}
    outcomes = {name: item["outcome"] for name, item in scenes.items()}
    assert outcomes == {
        "s10": "coded",
        "s2": "template",
        "s1": "fallback",
        "zz": "fallback",
        "bad": "fallback",
        "plain": "coded",
        "nothing": "title",
        "formula": "fallback",
    }
    rules = {name: {finding["rule"] for finding in item["findings"]} for name, item in scenes.items()}
    assert "crash" in rules["s1"]
    assert "off-frame" in rules["zz"]
    assert "syntax" in rules["bad"]
    assert "formula" in rules["formula"]
    assert any(r"\frac{1}{" in finding["message"] for finding in scenes["formula"]["findings"])


def test_sound_and_picture_end_together_and_beats_hold_their_narration(mixed):
    storyboard, settings, run, _ = mixed
    with av.open(str(run.video)) as container:
        ends = [stream.duration * stream.time_base for stream in container.streams if stream.type in {"video", "audio"}]
    assert abs(ends[0] - ends[1]) <= Fraction(1, 10)
    timing = Timing.read(run.timing)
    assert [item.id for item in timing.scenes] == [item.id for item in storyboard.scenes]
    for item in timing.scenes:
        for beat in item.beats:
            first, last = beat.frames
            assert (last - first) / settings.frame.fps >= beat.seconds - 1 / settings.frame.fps
        assert all(a.frames[1] <= b.frames[0] for a, b in pairwise(item.beats))


def test_events_tell_the_story(mixed):
    storyboard, _, _, events = mixed
    names = [event["event"] for event in events]
    assert names[0] == "script"
    assert names[-1] == "assembling"
    rendered = [event["scene"] for event in events if event["event"] == "rendered"]
    assert sorted(rendered) == sorted(item.id for item in storyboard.scenes)


def test_a_second_run_makes_nothing_again_and_an_edited_file_wins(mixed, tmp_path):
    storyboard, settings, first, _ = mixed
    second = make_video(storyboard, settings=settings, out=tmp_path)
    assert all(item["cached"] for item in report_of(second)["scenes"])
    assert second.clip("s10").stat().st_size == first.clip("s10").stat().st_size

    edited = second.scene("s2").read_text().replace("A first point", "Edited by hand")
    second.scene("s2").write_text(edited)
    third = make_video(str(second.storyboard), settings=settings, out=tmp_path)
    scenes = {item["id"]: item for item in report_of(third)["scenes"]}
    assert (scenes["s2"]["outcome"], scenes["s2"]["coder"]) == ("coded", "hand")
    assert [name for name, item in scenes.items() if not item["cached"]] == ["s2"]
    assert third.scene("s2").read_text() == edited


def test_an_edited_storyboard_is_never_overwritten(mixed, tmp_path):
    storyboard, settings, _, _ = mixed
    short = board(storyboard.scenes[1].model_dump())
    run = make_video(short, settings=settings, out=tmp_path)
    edited = run.storyboard.read_text().replace("A first point", "My own words")
    run.storyboard.write_text(edited)
    with pytest.raises(InputError, match="edited by hand"):
        make_video(short, settings=settings, out=tmp_path)
    assert run.storyboard.read_text() == edited
    make_video(str(run.storyboard), settings=settings, out=tmp_path)
    assert "My own words" in run.scene("s2").read_text()


async def test_a_broken_step_of_one_scene_leads_to_its_understudy(monkeypatch, tmp_path):
    real = scene_graph.findings_of

    def broken(result, file):
        if "first" in file:
            raise ZeroDivisionError("the check itself broke")
        return real(result, file)

    monkeypatch.setattr(scene_graph, "findings_of", broken)
    settings = Settings(quality="tiny", voice="silent")
    run = await amake_video(board(scene("first"), scene("second")), settings=settings, out=tmp_path)
    first, second = report_of(run)["scenes"]
    assert (first["outcome"], second["outcome"]) == ("title", "template")
    assert "the check itself broke" in first["findings"][0]["message"]
    assert len(chapters_of(run.video)) == 2


async def test_the_graph_runs_with_no_checkpointer_and_without_rendering(tmp_path):
    source = tmp_path / "board.json"
    source.write_text(board(scene("only")).dumps())
    graph = build_graph().compile()
    context = Settings(quality="tiny", voice="silent", render=False)
    result = await graph.ainvoke({"source": str(source), "out": str(tmp_path / "run")}, context=context)
    assert set(result) == {"out"}
    assert not is_hand_written((tmp_path / "run" / "scenes" / "only.py").read_text())
    assert not (tmp_path / "run" / "video.mp4").exists()


async def test_works_inside_a_running_loop(tmp_path):
    assert asyncio.get_running_loop()
    run = make_video(board(scene("only")), settings=Settings(quality="tiny", voice="silent"), out=tmp_path)
    assert run.video.is_file()


def test_merging_is_idempotent():
    one = {"a": {"index": 0}}
    assert merge_scenes(merge_scenes({}, one), one) == one


def test_the_picture_of_the_graph_shows_the_scene_loop():
    picture = build_graph().compile().get_graph(xray=True).draw_mermaid()
    for name in ("script", "director", "narrate", "coder", "check", "reviewer", "submit", "collect", "render"):
        assert name in picture
