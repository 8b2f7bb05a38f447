"""What a second video costs: nothing where nothing has changed, one scene where one has."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from visium_graph import Settings, Storyboard, make_video
from visium_graph.sandbox.pool import Pool
from visium_graph.voices.silent import SilentVoice


def board(**points: str) -> Storyboard:
    scenes = [
        {
            "id": name,
            "title": f"Scene {name}",
            "beats": [{"id": "a", "say": f"About {name}."}, {"id": "b", "say": "That is all."}],
            "layout": {"kind": "bullets", "parts": [{"id": "x", "text": point}]},
        }
        for name, point in points.items()
    ]
    return Storyboard.model_validate({"title": "Board", "scenes": scenes})


POINTS = {"one": "A first point", "two": "A second point", "three": "A third point"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With a store that holds the video of `POINTS`."""
    chosen = Settings(quality="tiny", voice="silent", cache_dir=tmp_path_factory.mktemp("store"))
    make_video(board(**POINTS), settings=chosen, out=tmp_path_factory.mktemp("first"))
    return chosen


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """Counts the jobs that reach a worker, and the beats that are spoken."""
    done: Counter[tuple[str, str]] = Counter()
    launch, synthesise = Pool._launch, SilentVoice.synthesise

    def launched(pool, flight):
        done[flight.job.task, flight.job.payload["scene_id"]] += 1
        launch(pool, flight)

    def spoken(voice, text):
        done["voice", text] += 1
        return synthesise(voice, text)

    monkeypatch.setattr(Pool, "_launch", launched)
    monkeypatch.setattr(SilentVoice, "synthesise", spoken)
    return done


def cached(folder: Path) -> dict[str, bool]:
    report = json.loads((folder / "report.json").read_text())
    return {scene["id"]: scene["cached"] for scene in report["scenes"]}


def test_an_unchanged_video_costs_nothing(settings, work, tmp_path):
    make_video(board(**POINTS), settings=settings, out=tmp_path)
    assert work == {}
    assert cached(tmp_path) == dict.fromkeys(POINTS, True)


def test_a_changed_scene_costs_one_scene(settings, work, tmp_path):
    make_video(board(**POINTS | {"two": "Another point"}), settings=settings, out=tmp_path)
    assert work == {("check", "two"): 1, ("render", "two"): 1}
    assert cached(tmp_path) == {"one": True, "two": False, "three": True}


def test_changed_words_cost_their_scene_and_one_beat(settings, work, tmp_path):
    changed = board(**POINTS)
    words = changed.scene("three").beats[1].model_copy(update={"say": "Now that is all that there is."})
    changed.scene("three").beats[1] = words
    make_video(changed, settings=settings, out=tmp_path)
    assert work == {("check", "three"): 1, ("render", "three"): 1, ("voice", "Now that is all that there is."): 1}


def test_another_order_costs_only_the_scenes_that_follow_another_one(settings, work, tmp_path):
    """A scene's first frame goes on from the last of the one before it: its title."""
    make_video(board(**{name: POINTS[name] for name in ("one", "three", "two")}), settings=settings, out=tmp_path)
    assert {scene for _, scene in work} == {"two", "three"}


def test_another_size_checks_nothing_again(settings, work, tmp_path, monkeypatch):
    from visium_graph import settings as module

    monkeypatch.setitem(module.QUALITIES, "tiny", module.Quality(320, 180, 10))
    make_video(board(**POINTS), settings=settings, out=tmp_path)
    assert work == {("render", name): 1 for name in POINTS}


def test_clips_that_a_power_cut_left_empty_are_rendered_again(settings, work, tmp_path):
    for clip in settings.cache_dir.glob("render/*/*.mp4"):
        clip.write_bytes(b"")
    make_video(board(**POINTS), settings=settings, out=tmp_path)
    assert work == {("render", name): 1 for name in POINTS}
