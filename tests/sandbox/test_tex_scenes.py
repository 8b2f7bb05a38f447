"""Formulas by LaTeX in scenes that are checked and rendered as any other."""

from __future__ import annotations

import shutil

import pytest

from visium_graph.sandbox import Job, capabilities, client, run_job
from visium_graph.store import Store

needs_latex = pytest.mark.skipif(
    not (shutil.which("latex") and shutil.which("dvisvgm")), reason="this machine has no LaTeX"
)
needs_confinement = pytest.mark.skipif(not capabilities().complete, reason="this kernel cannot confine")


def scene(*lines: str) -> str:
    body = "".join(f"        {line}\n" for line in lines)
    head = "from manim import *\n\nclass Tiny(Scene):\n    def construct(self):\n"
    return f"{head}{body}        self.add(Dot())\n        self.wait(0.1)\n"


def with_latex(job: Job) -> Job:
    job.payload["math"] = "latex"
    return job


@needs_latex
def test_scenes_with_formulas_are_checked_and_rendered(make_job) -> None:
    code = scene(r'formula = MathTex(r"\frac{a}{b}", "=", "c")', "self.add(formula)", "assert len(formula) == 3")
    checked = run_job(with_latex(make_job(code)))
    assert (checked.status, checked.value["findings"]) == ("done", [])
    rendered = run_job(with_latex(make_job(code, "render")))
    assert rendered.status == "done"
    assert rendered.files[".mp4"].stat().st_size > 0


@needs_latex
@pytest.mark.parametrize(
    "lines",
    [
        ["from visium_graph.stage import RichText, configure", "configure('latex')", r"RichText(r'A $\sqrt{c}$')"],
        [
            "template = TexTemplate(tex_compiler=['latex', 'latex'])",
            "assert len(Tex('ab', tex_template=template)[0]) == 2",
        ],
        [
            r"template = TexTemplate().add_to_preamble(r'\def\three{abc}')",
            r"Tex(r'\three', tex_template=template)[0][2]",
        ],
    ],
    ids=["stage", "twice", "preamble"],
)
def test_other_ways_to_a_formula(make_job, lines: list[str]) -> None:
    checked = run_job(with_latex(make_job(scene(*lines))))
    assert (checked.status, checked.value["findings"]) == ("done", [])


@needs_latex
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (r'MathTex(r"\frac{a}{b} + \nosuch + c")', r"Undefined control sequence: \frac {a}{b} + \nosuch"),
        (r'Tex("漢")', "LaTeX Error: Unicode character 漢 (U+6F22): 漢"),
        (r'Tex(r"\special{dvisvgm:raw <g>}")', "missing closing tag"),
        (r'Tex(r"\special{dvisvgm:raw <a:b/>}x")', "its drawing cannot be read"),
        (r'Tex("x", tex_template=TexTemplate().add_to_preamble("%" * 300_000))', "the document is longer than 256 kB"),
    ],
)
def test_what_latex_says_is_the_finding(make_job, line: str, message: str) -> None:
    (finding,) = run_job(with_latex(make_job(scene(line)))).value["findings"]
    assert (finding["rule"], finding["line"]) == ("formula", 5)
    assert message in finding["message"]


def test_without_latex_the_message_says_what_to_do(make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    client.close_all()  # the next one starts with this environment
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        (finding,) = run_job(with_latex(make_job(scene('MathTex("a")')))).value["findings"]
    finally:
        client.close_all()
    assert finding["message"] == "EnvironmentFault: latex: not found; install LaTeX and dvisvgm, or set math to mathjax"


@needs_latex
def test_a_drawing_is_found_again_by_other_scenes(make_job) -> None:
    job = with_latex(make_job(scene('assert len(MathTex("a")[0]) == 1')))
    assert run_job(job).value["findings"] == []
    (entry,) = (job.store / "latex").rglob("*.json")
    boxes = "".join(f"<rect x='{x}' y='0' width='1' height='1'/>" for x in (0, 2))
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><g id='unique000'>{boxes}</g></svg>"
    Store(job.store).put_record("latex", entry.stem, {"svg": svg})
    again = run_job(with_latex(make_job(scene('assert len(MathTex("a")[0]) == 2'))))
    assert again.value["findings"] == []


@needs_latex
def test_time_in_latex_is_time_of_the_job(make_job) -> None:
    """What runs when the time is up is ended with the child; the module's fixture sees to it that nothing is left."""
    result = run_job(with_latex(make_job(scene(r'MathTex(r"\loop\iftrue\repeat")'), seconds=2.0)))
    assert result.status == "timeout"
    assert result.seconds < 10


@needs_confinement
def test_a_scene_that_spoils_its_line_has_no_latex_and_ends_like_any_other(make_job) -> None:
    code = scene(
        "from visium_graph.sandbox import tex_client",
        "tex_client._line.send(b'\\xff' * 100)",
        "try:",
        "    MathTex('a')",
        "except (ConnectionError, BrokenPipeError):",
        "    self.wait(0.1)",
        "else:",
        "    raise ValueError('served')",
    )
    assert run_job(with_latex(make_job(code))).value["findings"] == []
