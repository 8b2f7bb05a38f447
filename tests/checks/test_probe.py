from __future__ import annotations

import re
from textwrap import dedent

import pytest

from visium_graph.checks import Finding, findings_of
from visium_graph.sandbox import JobResult, SceneFault


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_syntax_error_has_its_place(check) -> None:
    finding = only(check("from manim import *\nclass A(Scene):\n    def construct(self:\n        pass\n"))
    assert (finding.rule, finding.severity, finding.line, finding.column) == ("syntax", "error", 3, 18)
    assert finding.file == "scenes/one.py"


def test_null_bytes_are_a_syntax_error(check) -> None:
    assert only(check("class A:\n    x = '\0'\n")).rule == "syntax"


@pytest.mark.parametrize(
    ("body", "message", "line"),
    [
        ("Creat(Square())", "NameError: name 'Creat' is not defined", 6),
        ("square = Square()\nself.play(square.animate.recolour(RED))", "AttributeError", 7),
        ("self.wait(1)\nraise SystemExit(3)", "SystemExit: 3", 7),
        ("self.play()", "ValueError: Called Scene.play with no animations", 6),
        ("VGroup(Dot(), Dot())[5]", "IndexError", 6),
        ("with self.beat(5):\n    pass", "ValueError: there is no beat(5)", 6),
    ],
)
def test_an_exception_has_its_line(check, body: str, message: str, line: int) -> None:
    finding = only(check(body, base="Slide", beats=(1.0,)))
    assert finding.rule == "exception"
    assert message in finding.message
    assert finding.line == line


@pytest.mark.parametrize(
    ("body", "rule", "words", "advice"),
    [
        ("Line([0, 0], [1, 1])", "shape", "two coordinates", "[x, y, 0]"),
        ("Dot().shift([1, 2])", "shape", "two coordinates", "[x, y, 0]"),
        ("np.eye(3) @ np.eye(2)", "shape", "two coordinates|do not fit", "shape|points"),
        ("Axes().c2p([1, 2], [3])", "shape", "a list where a number belongs", "one number"),
        (
            "self.play(Transform(Text('a'), ImageMobject(np.zeros((4, 4, 4), dtype='uint8'))))",
            "transform",
            "a Text cannot turn into a ImageMobject",
            "FadeTransform",
        ),
        ("self.play(Transform(Square(), None))", "transform", "Square cannot turn into", "FadeTransform"),
        ("self.play(Transform(Square(), [Circle()]))", "transform", "a Square cannot turn into a list", "two mobjects"),
        ("VGroup()[0]", "empty-group", "an empty VGroup", "fill it first"),
        ("VMobject().get_start()", "empty-group", "an empty VMobject", "fill it first"),
        ("self.play(LaggedStart())", "empty-group", "without anything to animate", "give LaggedStart"),
        ("with self.beat(0):\n    pass\nwith self.beat(0):\n    pass", "beat-repeated", "spoken twice", "one `with"),
    ],
)
def test_kinds_of_exceptions_have_rules_and_advice(check, body: str, rule: str, words: str, advice: str) -> None:
    finding = only(check(body, base="Slide", beats=(1.0,)))
    assert (finding.rule, finding.severity) == (rule, "error")
    assert re.search(words, finding.message)
    assert re.search(advice.replace("[", "\\["), finding.suggestion or "")
    assert finding.line >= 6


def test_what_fails_only_when_drawn_is_found(check) -> None:
    body = "square = Square()\nself.add(square)\nself.wait()\nsquare.fill_rgbas = np.zeros((1, 2))"
    assert only(check(body)).rule == "shape"


def test_a_formula_that_is_none_is_named(check) -> None:
    finding = only(check(r"self.add(MathTex(r'\frac{1'))" + "\nself.wait()"))
    assert (finding.rule, finding.line) == ("formula", 6)
    assert r"\frac{1" in finding.message


def test_a_module_without_a_scene(check) -> None:
    finding = only(check("from manim import *\nclass A:\n    pass\n"))
    assert finding.rule == "no-scene"
    assert "derives from Slide" in finding.message


def test_a_slide_that_leaves_out_a_beat(check) -> None:
    finding = only(check("with self.beat(0):\n    self.add(Text('x'))", base="Slide", beats=(1.0, 1.0)))
    assert (finding.rule, finding.severity) == ("beat-unused", "error")
    assert "beat(1)" in finding.message


def test_a_scene_that_speaks_no_beat_is_no_fault(check) -> None:
    assert check("self.add(Text('x'))\nself.wait()", beats=(1.0, 1.0)) == []


def test_animations_much_longer_than_the_voice_are_a_warning(check) -> None:
    body = "with self.beat(0):\n    self.play(Create(Square()), run_time=4)"
    finding = only(check(body, base="Slide", beats=(1.0,)))
    assert (finding.rule, finding.severity) == ("animation-too-long", "warning")
    assert re.search(r" 2\.[67] s longer", finding.message)


@pytest.mark.parametrize(
    ("status", "rule"),
    [("timeout", "time-limit"), ("memory", "memory-limit"), ("limit", "resource-limit"), ("crashed", "crash")],
)
def test_how_a_job_ended_is_a_finding(status, rule: str) -> None:
    result = JobResult("key", status, fault=SceneFault("Crash", "it ended", 7))
    finding = only(findings_of(result, "a.py"))
    assert (finding.file, finding.rule, finding.line) == ("a.py", rule, 7)
    assert finding.message.startswith("it ended")
    assert ("at line 7" in finding.message) == (status == "timeout")


@pytest.mark.parametrize(
    "findings", [7, [7], [{"rule": "x"}], [{"rule": "x", "message": "y", "severity": "fatal"}], {"a": 1}]
)
def test_findings_that_were_tampered_with_are_one_finding(findings) -> None:
    finding = only(findings_of(JobResult("key", "done", {"findings": findings}), "a.py"))
    assert (finding.file, finding.rule) == ("a.py", "crash")


def test_what_fails_halfway_through_an_animation_is_found(check) -> None:
    body = """
    axes = Axes(x_length=6, y_length=3, tips=False)
    carry = always_redraw(lambda: DashedLine(ORIGIN, axes.c2p(3, 1)))
    self.play(Create(axes), FadeIn(carry, Dot(UP)))
    """
    finding = only(check(dedent(body).strip(), base="Slide"))
    assert (finding.rule, finding.line) == ("transform", 8)
    assert "redrawn all the time" in finding.message
    assert "self.add" in finding.suggestion


@pytest.mark.parametrize(
    ("kind", "rule", "message"),
    [
        ("SyntaxError", "syntax", "bad"),
        ("FormulaError", "formula", "bad"),
        ("NoSceneError", "no-scene", "bad"),
        ("KeyError", "exception", "KeyError: bad"),
    ],
)
def test_an_error_of_a_render_is_a_finding(kind: str, rule: str, message: str) -> None:
    finding = only(findings_of(JobResult("key", "error", fault=SceneFault(kind, "bad", 3)), "a.py"))
    assert (finding.rule, finding.line, finding.message) == (rule, 3, message)


def test_a_render_that_is_done_has_nothing_to_say() -> None:
    assert findings_of(JobResult("key", "done", {"frames": 3}), "a.py") == []
