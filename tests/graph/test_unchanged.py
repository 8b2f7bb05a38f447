"""A video that is there is not made again; whatever it depends on is noticed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from visium_graph import Run, Settings, Storyboard, make_video
from visium_graph.export import finished
from visium_graph.export.finished import is_finished

SETTINGS = Settings(quality="tiny", voice="silent")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenes = [
        {
            "id": name,
            "title": f"Scene {name}",
            "beats": [{"id": "a", "say": "One."}],
            "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "A point"}]},
        }
        for name in ("two", "one")
    ]
    board = Storyboard.model_validate({"title": "Board", "scenes": scenes})
    return make_video(board, settings=SETTINGS, out=tmp_path_factory.mktemp("made")).folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    shutil.copytree(made, tmp_path / "run")
    return Run.open(tmp_path / "run")


def test_the_same_again_is_told_and_nothing_is_touched(run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*")}
    events: list[dict] = []
    assert make_video(str(run.storyboard), settings=SETTINGS, on_event=events.append).folder == run.folder
    assert events == [{"event": "unchanged"}]
    assert {path: path.stat().st_mtime_ns for path in run.folder.rglob("*")} == before


def edit_plan(run: Run) -> None:
    run.storyboard.write_text(run.storyboard.read_text().replace("A point", "Another"))


def edit_code(run: Run) -> None:
    run.scene("one").write_text(run.scene("one").read_text() + "\n")


def add_asset(run: Run) -> None:
    (run.assets / "new.txt").write_text("new")


def lose_clip(run: Run) -> None:
    run.clip("one").unlink()


def damage_video(run: Run) -> None:
    data = bytearray(run.video.read_bytes())
    data[len(data) // 2] ^= 1
    run.video.write_bytes(data)


def change_narration(run: Run) -> None:
    path = run.narration("one", "a")
    path.write_bytes(path.read_bytes()[:-2])


def lose_report(run: Run) -> None:
    run.report.unlink()


def damage_report(run: Run) -> None:
    run.report.write_text('{"made": ')


def empty_report(run: Run) -> None:
    run.report.write_text("[]")


def fall_back(run: Run) -> None:
    report = json.loads(run.report.read_text())
    report["scenes"][0]["outcome"] = "fallback"
    run.report.write_text(json.dumps(report))


@pytest.mark.parametrize(
    "change",
    [
        edit_plan,
        edit_code,
        add_asset,
        lose_clip,
        damage_video,
        change_narration,
        lose_report,
        damage_report,
        empty_report,
        fall_back,
    ],
)
def test_a_change_is_noticed(run: Run, change: Callable[[Run], None]) -> None:
    assert is_finished(run, SETTINGS)
    change(run)
    assert not is_finished(run, SETTINGS)


@pytest.mark.parametrize("changed", [{"quality": "draft"}, {"theme": "light"}, {"math": "latex"}, {"voice": "espeak"}])
def test_other_settings_make_another_video(run: Run, changed: dict) -> None:
    assert not is_finished(run, SETTINGS.model_copy(update=changed))


def test_settings_that_nobody_sees_do_not(run: Run, tmp_path: Path) -> None:
    assert is_finished(run, SETTINGS.model_copy(update={"workers": 3, "cache_dir": tmp_path, "job_seconds": 5.0}))


def test_a_change_of_this_package_is_noticed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished, "source_hash", lambda *_names: "another release")
    assert not is_finished(run, SETTINGS)


def test_what_is_the_same_is_put_together_once(run: Run) -> None:
    board = run.read_storyboard()
    before = {path: path.stat().st_mtime_ns for path in (run.video, run.contact, run.clip("one"))}
    report = run.report.read_text()
    make_video(board, settings=SETTINGS, out=run.folder)  # by way of the graph, not only of the folder
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert run.report.read_text() != report
    assert is_finished(run, SETTINGS)

    run.clip("one").unlink()
    make_video(board, settings=SETTINGS, out=run.folder)
    assert run.clip("one").is_file()
    assert is_finished(run, SETTINGS)


def test_an_unchanged_video_loads_nothing_heavy(run: Run) -> None:
    code = (
        "import sys; from visium_graph import Settings, make_video; "
        f"make_video({str(run.storyboard)!r}, settings=Settings(quality='tiny', voice='silent')); "
        "print(*sorted({'manim', 'langgraph', 'numpy', 'av', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
