"""The check says which texts stand on the frame at each beat's end."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from visium_graph.checks.scene import texts_of
from visium_graph.sandbox import Job, JobResult, run_job

HEAD = "from manim import *\nfrom visium_graph.stage import Slide\n\nclass A({base}):\n    def construct(self):\n"


@pytest.fixture
def texts(tmp_path: Path):
    def run(body: str, base: str = "Slide", beats: int = 2) -> list[list[str]]:
        payload = {
            "scene_id": "one",
            "code": HEAD.format(base=base) + textwrap.indent(textwrap.dedent(body).strip(), " " * 8) + "\n",
            "beats": [{"id": str(number), "seconds": 1.0} for number in range(beats)],
            "width": 854, "height": 480, "fps": 15, "theme": "dark", "math": "mathjax", "assets": {},
        }  # fmt: skip
        return texts_of(run_job(Job("check", payload, tmp_path / "store")))

    return run


def test_texts_are_those_of_each_beats_end_as_they_were_written(texts) -> None:
    body = """
        self.begin("Squares")
        with self.beat(0):
            first = Text("one", font_size=36)
            self.play(FadeIn(first))
        self.play(FadeOut(first))
        with self.beat(1):
            formula = MathTex("a^2", "+ b^2").shift(DOWN)
            self.play(FadeIn(formula))
            self.add(self.rich("the area $c^2$").place(-3, -2), Text("beyond").shift(20 * RIGHT))
            self.add(Text("faint", fill_opacity=0.1).shift(UP))
        self.leave()
    """
    assert texts(body) == [["Squares", "one"], ["Squares", "a^2 + b^2", "the area $c^2$"]]


def test_what_comes_after_the_last_beat_is_in_no_beat(texts) -> None:
    assert texts("with self.beat(0):\n    self.add(Text('one'))\nself.add(Text('two'))\nself.wait()", beats=1) == [
        ["one"]
    ]


@pytest.mark.parametrize(
    ("body", "base"),
    [
        ("with self.beat(0):\n    self.add(Text('one'))", "Slide"),  # a beat is left out
        ("self.add(Text('one'))\nself.wait()", "Scene"),  # it speaks none
        ("raise ValueError", "Slide"),
        ("self.add(Text('one'))\nwith self.beat(0):\n    pass\nwith self.beat(1):\n    pass", "Slide, ThreeDScene"),
    ],
)
def test_where_it_is_not_known_of_every_beat_nothing_is_said(texts, body: str, base: str) -> None:
    assert texts(body, base) == []


@pytest.mark.parametrize("value", [{}, {"texts": 7}, {"texts": ["ab"]}, {"texts": [[1]]}])
def test_what_cannot_be_read_is_nothing(value) -> None:
    assert texts_of(JobResult("key", "done", value)) == []
