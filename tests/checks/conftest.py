from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visium_graph.checks import Finding, findings_of
from visium_graph.sandbox import Job, run_job
from visium_graph.sandbox.client import close_all

Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Findings of a scene: code, or only the body of `construct`."""

    def run(code: str, *, beats=(), base: str = "Scene") -> list[Finding]:
        if "class " not in code:
            body = "\n".join(f"        {line}" for line in code.strip().splitlines())
            code = (
                "from manim import *\nfrom visium_graph.stage import Slide\n\n"
                f"class A({base}):\n    def construct(self):\n{body}\n"
            )
        payload = {
            "scene_id": "one",
            "code": code,
            "beats": [{"id": str(number), "seconds": length} for number, length in enumerate(beats)],
            "width": 854,
            "height": 480,
            "fps": 15,
            "theme": "dark",
            "math": "mathjax",
            "assets": {},
        }
        return findings_of(run_job(Job("check", payload, tmp_path / "store")), "scenes/one.py")

    return run


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()
