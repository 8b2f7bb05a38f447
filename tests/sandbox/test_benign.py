"""Ordinary scenes of every kind render under confinement, at a tiny size."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import pytest
from PIL import Image

from visium_graph.sandbox import Job, Limits, run_job

SCENES = sorted((Path(__file__).parent / "benign").glob("*.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with one picture."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "assets").mkdir()
    Image.linear_gradient("L").resize((32, 24)).convert("RGB").save(folder / "assets" / "picture.png")
    return folder


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_an_ordinary_scene_renders(path: Path, folder: Path, tmp_path: Path) -> None:
    picture = (folder / "assets" / "picture.png").read_bytes()
    payload = {
        "scene_id": path.stem,
        "code": path.read_text("utf-8"),
        "beats": [{"id": "a", "seconds": 0.3}],
        "width": 214,
        "height": 120,
        "fps": 10,
        "theme": "dark",
        "math": "mathjax",
        "assets": {"assets/picture.png": hashlib.sha256(picture).hexdigest()},
    }
    result = run_job(Job("render", payload, tmp_path, Limits(seconds=60), folder))
    assert result.status == "done", (result.fault, result.log)
    with av.open(str(result.files[".mp4"])) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(frames) == result.value["frames"] >= 3
    assert path.stem == "empty" or any(frame.std() > 1 for frame in frames)  # something is on it


def test_there_are_scenes_of_many_kinds() -> None:
    assert len(SCENES) >= 42
