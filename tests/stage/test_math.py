from __future__ import annotations

import os
import re
import shutil
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import BLUE, RED, MathTex, Tex, TexTemplate, tempconfig
from manim.mobject.text import tex_mobject

from visium_graph.errors import EnvironmentFault
from visium_graph.stage import FormulaError, RichText, configure
from visium_graph.stage.math import inline_math, latex_to_svg_file, mathjax_to_svg_file
from visium_graph.stage.mathjax import typeset
from visium_graph.stage.mathjax_parts import parse_marked
from visium_graph.stage.mathjax_text import text_to_math


@pytest.fixture(scope="module", autouse=True)
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media"))}):
        yield


def shapes(mobject) -> list:
    return [member for member in mobject.get_family() if len(member.points)]


def color(mobject) -> str:
    colors = {shape.get_fill_color().to_hex() for shape in shapes(mobject)}
    assert len(colors) == 1, colors
    return colors.pop()


FORMULAS = [
    r"a^2+b^2=c^2",
    r"\frac{-b\pm\sqrt{b^2-4ac}}{2a}",
    r"\int_0^\infty e^{-x^2}\,dx=\frac{\sqrt\pi}{2}",
    r"\sum_{n=1}^\infty\frac1{n^2}",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
    r"f(x)=\begin{cases}1&x>0\\0&\text{else}\end{cases}",
    r"\left(\frac ab\right)",
    r"\overbrace{a+\cdots+z}^{26}",
    r"\ce{2H2 + O2 -> 2H2O}",
    r"\lim_{x\to0}\frac{\sin x}x",
    r"\hat{\mathbf x}\cdot\vec v",
    r"\mathbb R\to\mathcal F",
]


@pytest.mark.parametrize("latex", FORMULAS)
def test_formulas_fill_the_box_they_are_given(latex: str) -> None:
    result = typeset(latex)
    ink = np.concatenate([shape.points for shape in result.shapes])
    assert all(len(shape.points) % 4 == 0 for shape in result.shapes)
    assert ink[:, 0].min() > -0.15
    assert ink[:, 0].max() == pytest.approx(result.advance, abs=0.25)
    assert ink[:, 1].max() == pytest.approx(result.height, abs=0.25)
    assert ink[:, 1].min() == pytest.approx(-result.depth, abs=0.25)


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        (r"\frac{a", "close brace"),
        (r"\nosuchcommand x", "unknown command"),
        (r"a & b", "Misplaced"),
        (r"\left( x", "left"),
        (r"\begin{nothing}x\end{nothing}", "nothing"),
        (r"x^2^3", "Double exponent"),
        (r"\limits", "limits"),
    ],
)
def test_a_formula_with_an_error_is_never_drawn(latex: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=re.escape(latex[:6])) as caught:
        typeset(latex)
    assert reason.lower() in caught.value.reason.lower()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_typeset_or_refused(latex: str) -> None:
    try:
        result = typeset(latex)
    except FormulaError:
        return
    assert all(np.isfinite(shape.points).all() for shape in result.shapes)


def test_an_error_in_mathtex_names_the_formula() -> None:
    with pytest.raises(FormulaError, match="unknown command") as caught:
        MathTex("a", r"+ \nosuchcommand", "b")
    assert caught.value.latex == r"a + \nosuchcommand b"


def test_a_red_word_is_no_error() -> None:
    assert {shape.color for shape in typeset(r"\color{red}{\text{red} x}").shapes} == {"#ff0000"}


def test_strokes_become_filled_outlines() -> None:
    (frame,) = [typeset(r"\boxed{x}")]
    letter, *bars = frame.shapes
    assert len(bars) == 4
    for bar in bars:
        assert min(np.ptp(bar.points, axis=0)) < 0.1
    inner = letter.points.mean(axis=0)
    assert all(not (bar.points.min(axis=0) < inner).all() or not (bar.points.max(axis=0) > inner).all() for bar in bars)
    assert len(typeset(r"\begin{array}{c:c}a&b\end{array}").shapes) > 2 + 5  # a dashed line is many
    assert len(typeset(r"\cancel{x}").shapes) == 2
    assert len(typeset(r"\enclose{circle}{x}").shapes) == 2


def test_stretched_brackets_are_cropped_to_length() -> None:
    tall = typeset(r"\left(\begin{matrix}1\\2\\3\\4\\5\\6\end{matrix}\right)")
    ink = np.concatenate([shape.points for shape in tall.shapes])
    assert ink[:, 1].max() <= tall.height + 0.05
    assert -ink[:, 1].min() <= tall.depth + 0.05


def test_characters_outside_the_font_are_drawn_with_another() -> None:
    assert len(typeset(r"\text{日}").shapes) > 1
    assert len(typeset(r"\text{é}").shapes) == 1


def test_a_tag_stands_beside_its_formula() -> None:
    tagged, plain = typeset(r"a=b\tag{1}"), typeset("a=b")
    assert len(tagged.shapes) == len(plain.shapes) + 3
    assert tagged.advance > plain.advance + 2


def test_parts_are_the_arguments() -> None:
    formula = MathTex("a^2", "+", "b^2", "=", "c^2", color=BLUE)
    assert [len(part.submobjects) for part in formula] == [2, 1, 2, 1, 2]
    formula[4].set_color(RED)
    assert color(formula[4]) == RED.to_hex()
    assert color(formula[0]) == BLUE.to_hex()
    xs = [part.get_x() for part in formula]
    assert xs == sorted(xs)


def test_marks_do_not_move_anything() -> None:
    whole = MathTex(r"a &= x + \frac{x}{2} \\ &= f'(x)")
    parts = MathTex("a", "&=", "x", "+", r"\frac{x}{2}", r"\\ &=", "f'(x)", substrings_to_isolate=["x", "f", "'"])
    assert len(shapes(whole)) == len(shapes(parts))
    left = sorted(tuple(shape.get_center().round(3)) for shape in shapes(whole))
    right = sorted(tuple(shape.get_center().round(3)) for shape in shapes(parts))
    assert np.allclose(left, right, atol=2e-3)


def test_double_braces_and_isolated_symbols() -> None:
    formula = MathTex(r"{{ a^2 }} + {{ b^2 }} = {{ c^2 }}")
    assert [len(part.submobjects) for part in formula] == [2, 1, 2, 1, 2]
    colored = MathTex(r"\frac{x+1}{\sqrt{x}} = x^x + \exp(x)", tex_to_color_map={"x": RED})
    red = [shape for shape in shapes(colored) if shape.get_fill_color().to_hex() == RED.to_hex()]
    assert len(red) == 5  # not the x of \exp
    one = MathTex("x^2", substrings_to_isolate=["2"]).set_color_by_tex("2", BLUE)
    assert [shape.get_fill_color().to_hex() == BLUE.to_hex() for shape in shapes(one)] == [False, True]


@pytest.mark.parametrize(
    ("parts", "counts"),
    [
        ((r"\frac{", "a+b", "}{c}"), [0, 3, 2]),
        ((r"\left(", "x", r"\right)"), [1, 1, 1]),
        (("e^{", r"i\pi", "} = -1"), [1, 2, 3]),
        (("f", "'", "(x)"), [1, 1, 3]),
        (("x", "^2", "+", "y_", "1"), [1, 1, 1, 1, 1]),
        ((r"\alpha", "x"), [1, 1]),
        ((r"\begin{array}{cc} a &", "b", r"\\ c & d \end{array}"), [1, 1, 2]),
    ],
)
def test_parts_that_do_not_stand_for_themselves(parts: tuple[str, ...], counts: list[int]) -> None:
    formula = MathTex(*parts, arg_separator="")
    assert [len(shapes(part)) for part in formula] == counts


def test_a_part_in_two_alignment_columns_is_one_part() -> None:
    formula = MathTex("a", "&= b", r"\\ c &= d")
    assert [len(part.submobjects) for part in formula] == [1, 2, 3]


def test_text_mode() -> None:
    assert text_to_math(r"speed $v$ of light") == r"\text{speed }v\text{ of light}"
    assert text_to_math(r"one\\two") == r"\begin{gathered}\text{one}\\\text{two}\end{gathered}"
    assert text_to_math(r"costs \$5 \(x\)") == r"\text{costs \$5 }x"
    text = Tex("speed $v$ of ", "light", r"\\ \textbf{and} 50\%")
    assert [len(shapes(part)) for part in text] == [8, 5, 6]
    assert text[2].get_top()[1] < text[1].get_bottom()[1]


def test_sizes_are_those_of_latex() -> None:
    # 10 pt Computer Modern at font size 48: an em is half a unit, an x 0.43 em high.
    assert MathTex("x", font_size=48).height == pytest.approx(0.5 * 0.9963 * 0.453, rel=0.02)
    assert MathTex("x", font_size=96).height == pytest.approx(2 * MathTex("x", font_size=48).height)


def test_macros_of_a_template_are_known() -> None:
    template = TexTemplate(preamble="\\usepackage{amsmath}\n\\newcommand{\\half}{\\frac12}\n")
    assert len(shapes(MathTex(r"\half", tex_template=template))) == 3


def test_definitions_end_with_their_formula() -> None:
    assert len(typeset(r"\newcommand{\twice}[1]{#1#1}\twice{x}").shapes) == 2
    with pytest.raises(FormulaError, match="twice"):
        typeset(r"\twice{y}")


def test_links_and_labels_draw_nothing() -> None:
    assert len(typeset(r"\href{https://example.org}{x}").shapes) == 1
    for letter in "xy":
        assert len(typeset(rf"\begin{{equation}}{letter}\label{{same}}\end{{equation}}").shapes) == 1


def test_files_are_the_processs_own_and_hold_every_group() -> None:
    file = mathjax_to_svg_file(
        r"\special{dvisvgm:raw <g id='one'>}x\special{dvisvgm:raw </g>}\special{dvisvgm:raw <g id='two'>}~\special{dvisvgm:raw </g>}",
        "align*",
    )
    assert str(os.getpid()) in file.name
    groups = [group.get("id") for group in ET.parse(file).getroot().iter("{http://www.w3.org/2000/svg}g")]
    assert groups == ["one", "two"]
    assert mathjax_to_svg_file("y", "align*") != file


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "+",
                "^",
                "_",
                "{",
                "}",
                "x",
                r"\frac",
                r"\left(",
                r"\right)",
                "&",
                r"\\",
                " ",
                "'",
                r"\alpha",
                r"\text{u v}",
                "[",
                "]",
            ]
        ),
        min_size=1,
        max_size=12,
    ),
    st.data(),
)
def test_marking_never_loses_or_reorders_source(tokens: list[str], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(tokens)), max_size=3)) | {0, len(tokens)})
    pieces = ["".join(tokens[a:b]) for a, b in pairwise(cuts)]
    marked = parse_marked(
        "".join(
            rf"\special{{dvisvgm:raw <g id='m{i}'>}}{piece}\special{{dvisvgm:raw </g>}}"
            for i, piece in enumerate(pieces)
        )
    )
    assert marked.names == [f"m{i}" for i in range(len(pieces))]
    assert marked.plain.replace(" ", "") == "".join(pieces).replace(" ", "")
    wrapped = marked.wrapped()
    without = re.sub(r"\\cssId\{m\d\}", "", wrapped).replace(r"\prime", "'")
    assert re.sub(r"[{}\s^]", "", without) == re.sub(r"[{}\s^]", "", marked.plain)


def test_the_engine_can_be_chosen() -> None:
    try:
        configure("latex")
        assert tex_mobject.tex_to_svg_file is latex_to_svg_file
    finally:
        configure("mathjax")
    assert tex_mobject.tex_to_svg_file is mathjax_to_svg_file
    with pytest.raises(ValueError, match="engines: mathjax, latex"):
        configure("word")  # type: ignore[arg-type]


@pytest.fixture
def latex():
    configure("latex")
    yield
    configure("mathjax")


@pytest.mark.usefixtures("latex")
def test_without_latex_the_error_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EnvironmentFault, match="set math to mathjax"):
        MathTex("a_0")


@pytest.mark.usefixtures("latex")
@pytest.mark.skipif(not (shutil.which("latex") and shutil.which("dvisvgm")), reason="this machine has no LaTeX")
def test_latex_draws_the_same_at_the_same_size() -> None:
    drawn, advance, height, depth = inline_math(r"\sqrt{2} = p/q")
    expected = typeset(r"\sqrt{2} = p/q", display=False)
    assert (advance, height, depth) == pytest.approx((expected.advance, expected.height, expected.depth), abs=0.12)
    assert len(drawn) == len(expected.shapes)
    with pytest.raises(FormulaError, match="Undefined control sequence"):
        MathTex(r"\nosuchcommand")
    with pytest.raises(FormulaError) as caught:
        RichText(r"$\frac{a$")
    assert caught.value.latex == r"\frac{a"
