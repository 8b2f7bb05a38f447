from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visium_graph.sandbox import Job, JobResult, run_job
from visium_graph.sandbox.client import close_all

Render = Callable[..., JobResult]


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Renders code at a tiny size through the sandbox."""

    def run(
        code: str, *, beats=(), width: int = 214, height: int = 120, fps: int = 10, scene_id: str = "one"
    ) -> JobResult:
        payload = {
            "scene_id": scene_id,
            "code": code,
            "beats": [{"id": str(number), "seconds": length} for number, length in enumerate(beats)],
            "width": width,
            "height": height,
            "fps": fps,
            "theme": "dark",
            "math": "mathjax",
            "assets": {},
        }
        return run_job(Job("render", payload, tmp_path / "store"))

    return run


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()
