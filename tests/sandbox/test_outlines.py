"""What a check has shaped and typeset, its rendering need not."""

from __future__ import annotations

from visium_graph.sandbox import run_job
from visium_graph.store import Store

_HEAD = """
from manim import *
from visium_graph.stage import RichText, Slide, remembered
from visium_graph.stage import mathjax, shaping
known = remembered.count()
mathjax_engine, shape = mathjax._engine, shaping._shape
asked = []
mathjax._engine = lambda macros: (asked.append("math"), mathjax_engine(macros))[1]
shaping._shape = lambda texts, face: (asked.append("words"), shape(texts, face))[1]
class One(Slide):
    def construct(self):
        self.add(RichText("Outlines of words and $\\\\frac{{x}}{{y}}$"))
        self.wait(0.2)
        assert asked == {expected}, asked
"""


def scene(expected: list[str], name: str = "") -> str:
    return _HEAD.format(expected=expected) + f"\n# {name}"


def test_a_later_run_of_the_same_code_finds_the_outlines(make_job) -> None:
    code = scene(["words", "math"])
    assert run_job(make_job(code, "check")).status == "done"
    again = run_job(make_job(code, "render"))
    assert again.status == "error"  # nothing was asked of Pango and MathJax this time
    assert again.fault is not None
    assert again.fault.message == "[]"


def test_other_code_does_not(make_job) -> None:
    code = scene(["words", "math"], "first")
    assert run_job(make_job(code, "check")).status == "done"
    assert run_job(make_job(scene(["words", "math"], "second"), "render")).status == "done"


def test_what_is_no_archive_is_made_anew(make_job) -> None:
    job = make_job(scene(["words", "math"]), "render")
    run_job(job)
    (kept,) = Store(job.store).root.glob("outlines/*/*.npz")
    kept.write_bytes(b"not an archive")
    assert run_job(make_job(job.payload["code"], "check")).status == "done"
    assert kept.read_bytes() != b"not an archive"
