"""The example storyboards: whole, true, and drawn without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from visium_graph.agents.coder import drafts
from visium_graph.checks import findings_of
from visium_graph.checks.equations import check_equations
from visium_graph.checks.service import check_text
from visium_graph.run import Run
from visium_graph.sandbox import run_job
from visium_graph.sandbox.client import close_all
from visium_graph.sandbox.scenes import scene_job
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene, Storyboard, load_storyboard
from visium_graph.voices.silent import spoken_seconds
from visium_graph.voices.speech import speak

FOLDER = Path(__file__).resolve().parents[1] / "examples"
FILES = sorted(FOLDER.glob("*.json"))
SCENES = [(path, number) for path in FILES for number in range(len(load_storyboard(path).scenes))]

examples = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
scenes = pytest.mark.parametrize(
    ("path", "number"), SCENES, ids=lambda value: value.stem if isinstance(value, Path) else str(value)
)


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()


def best_code(board: Storyboard, scene: Scene) -> str:
    """What the scene is drawn with: its own code, else its template's."""
    return drafts(scene, board, board.theme)[0].code


def test_there_are_examples_and_each_is_told_of() -> None:
    assert FILES
    told = (FOLDER / "README.md").read_text()
    assert [path.name for path in FILES if path.name not in told] == []


@examples
def test_an_example_claims_no_false_equation(path: Path) -> None:
    assert check_equations(load_storyboard(path)) == []


@examples
def test_an_example_draws_some_scene_of_its_own(path: Path) -> None:
    board = load_storyboard(path)
    written = [scene for scene in board.scenes if scene.code is not None]
    assert written
    assert all(scene.template is not None for scene in written), "what can be shown where code cannot run"
    assert sum(spoken_seconds(beat.say) for scene in board.scenes for beat in scene.beats) > 90


@scenes
def test_a_scene_of_an_example_is_drawn_without_a_fault(path: Path, number: int, tmp_path: Path) -> None:
    board = load_storyboard(path)
    scene = board.scenes[number]
    code = best_code(board, scene)
    file = f"scenes/{scene.id}.py"
    seconds = [spoken_seconds(speak(beat.say, board.language).spoken) for beat in scene.beats]
    job = scene_job("check", scene, code, seconds, Run.create(tmp_path), Settings(), board.theme)
    found = [*check_text(code, file), *findings_of(run_job(job), file)]
    assert [finding.message for finding in found if finding.severity == "error"] == []
