r"""LaTeX as symbols: what may be coloured, where a line may break, and that nothing else changes."""

import re
from itertools import pairwise

import pytest
import quickjax
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.stage.latex_lines import alignment, breaks, choose_breaks
from visium_graph.stage.latex_split import Mark, Row, cut, mark, marks_of_symbols, rows, tokenize, units

FORMULAS = [
    r"a^2 + b^2 = c^2",
    r"\alpha a_{a} + \frac a b \frac12 = \sqrt{a'' + f'(x)}",
    r"\sum_{i=1}^n \vec{v}_i^2 \le \int_0^1 x\,dx",
    r"\left( \frac{a}{b} \right)^x = \lim_{x \to 0} \sin x",
    r"x = \begin{cases} a & x > 0 \\ -x & x \le 0 \end{cases}",
    r"\mathbf{A}x = \begin{pmatrix} a & b \\ c & d \end{pmatrix} \binom{x}{a}",
    r"\sqrt[a]{x} \overset{!}{=} \text{a fax} \operatorname{argmax}_x x^a_x",
]


def spans(latex, symbol):
    return [latex[item.start : item.end] for item in marks_of_symbols(latex, [symbol])[symbol]]


def drawn(latex):
    """MathJax's drawing of a formula that may carry marks."""
    css = re.sub(r"\\special\{dvisvgm:raw <g id='([^']*)'>\}", r"\\cssId{\1}{", latex).replace(
        r"\special{dvisvgm:raw </g>}", "}"
    )
    svg = quickjax.render(css)
    assert "merror" not in svg, latex
    return svg


def width(svg):
    return float(re.search(r'width="([\d.]+)ex"', svg)[1])


def test_a_symbol_is_never_part_of_a_command_name_or_of_words():
    assert spans(r"\alpha + \max a \text{an axe} \operatorname{arc} \mathrm{a}", "a") == ["a"]


def test_a_symbol_is_found_in_scripts_fractions_roots_and_environments():
    assert len(spans(r"x_x^{x} + \frac x{x} + \sqrt[x]{x} + \begin{cases} x & x \end{cases}", "x")) == 9


def test_a_command_is_one_symbol():
    assert spans(r"\alpha + \alphaX \vec{v} v", r"\alpha") == [r"\alpha"]
    assert spans(r"\vec{v} v \vec v", r"\vec{v}") == [r"\vec{v}"]


def test_digits_match_whole_numbers_only():
    assert spans(r"2 + 12 + 2.5 + x^2 - 21", "2") == ["2", "2"]


def test_longer_symbols_come_first():
    found = marks_of_symbols(r"x_1 + x", ["x", "x_1"])
    assert [item.start for item in found["x_1"]] == [0, 2]
    assert [item.start for item in found["x"]] == [6]


@pytest.mark.parametrize("latex", FORMULAS)
def test_marking_keeps_the_formula_as_it_was(latex):
    found = marks_of_symbols(latex, ["a", "b", "x", "f'(x)", r"\vec{v}", "=", "+", r"\sum", "2", "i"])
    marks = [item for items in found.values() for item in items]
    assert marks
    svg = drawn(mark(latex, marks))
    assert width(svg) == pytest.approx(width(drawn(latex)), abs=0.02)
    assert all(f'id="{item.name}"' in svg for item in marks)


def test_marks_may_nest():
    latex = r"\vec{v} = 1"
    marked = mark(latex, [Mark(0, 7, "outer"), Mark(5, 6, "inner")])
    assert 'id="inner"' in drawn(marked)
    assert marked.index("outer") < marked.index("inner")


def test_marked_text_is_free_of_manims_double_braces():
    assert not re.search(r"\{\{|\}\}", mark(r"x^{a^{b}}", marks_of_symbols("x^{a^{b}}", ["b"])["b"]))


def test_rows_of_display_environments():
    assert rows(r"\begin{align*} a &= b \\ &= c \end{align*}") == [Row("a = b", 2), Row("= c", 0)]
    assert rows(r"a = b \\ c") == [Row("a = b"), Row("c")]
    assert rows(r"\begin{equation}\begin{split} a &= b \\ &= c \end{split}\end{equation}") == [
        Row("a = b", 2),
        Row("= c", 0),
    ]
    assert rows(r"a = b \label{x} \nonumber") == [Row("a = b")]


def test_environments_within_a_formula_are_left_alone():
    latex = r"x = \begin{cases} 1 & a \\ 0 & b \end{cases}"
    assert rows(latex) == [Row(latex)]


def test_several_alignment_points_stay_one_piece():
    (row,) = rows(r"a &= b & c &= d \\ e &= f & g &= h")
    assert row.latex.startswith(r"\begin{aligned}")
    drawn(row.latex)


def test_breaks_stand_before_relations_and_sums_and_never_inside_groups():
    latex = r"f = a + \frac{b + c}{d = e} \le \begin{pmatrix} 1 + 2 \end{pmatrix} - g_{x+y}"
    assert [latex[item.start : item.end] for item in breaks(latex) if item.cost <= 1] == ["=", "+", r"\le", "-"]


def test_a_sign_is_no_place_to_break():
    assert [item.offset for item in breaks(r"x = -a + \left( -b \right)")] == [2, 7]


def test_breaks_in_brackets_cost_more():
    latex = "a + (b + c) + d"
    assert [item.cost > 1 for item in breaks(latex) if latex[item.start] == "+"] == [False, True, False]


def test_cut_closes_what_it_opens():
    pieces = cut(r"f = \left( a + b + \left[ c + d \right] \right)", [13, 28])
    assert [piece.count(r"\left") for piece in pieces] == [piece.count(r"\right") for piece in pieces]
    for piece in pieces:
        drawn(piece)


def test_lines_line_up_at_the_equals_sign():
    latex = r"\Rightarrow x = 3"
    unit = alignment(latex)
    assert latex[unit.start : unit.end] == "="
    assert alignment(r"f(a = b)") is None
    assert alignment(r"x \to 0") is not None


def test_breaks_fill_lines_and_fit():
    positions = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert choose_breaks(positions, [0] * 5, 6.0, 3.0, 3.0) == [2]
    assert choose_breaks(positions, [0] * 5, 6.0, 6.0, 6.0) == []
    # A cheap break wins over an even one.
    assert choose_breaks(positions, [9, 9, 9, 0, 9], 6.0, 5.0, 5.0) == [3]


@given(
    st.lists(st.floats(0.1, 3), min_size=1, max_size=30).flatmap(
        lambda steps: st.tuples(st.just(steps), st.lists(st.floats(0, 9), min_size=len(steps), max_size=len(steps)))
    )
)
def test_no_line_is_wider_than_it_must_be(drawn_steps):
    steps, costs = drawn_steps
    positions = [sum(steps[: index + 1]) for index in range(len(steps))]
    total = positions.pop()
    chosen = choose_breaks(positions, costs[:-1], total, 4.0, 3.0)
    bounds = [0.0, *(positions[index] for index in chosen), total]
    assert bounds == sorted(bounds)
    assert all(end - start <= 3.0 + 1e-6 or start == 0.0 for start, end in pairwise(bounds))
    assert bounds[1] <= 4.0 + 1e-6


PIECES = [*"abx12{}[]()^_&'$%~ =+-,", "\\", "\\frac", "\\left", "\\right", "\\\\", "\\begin{cases}", "\\end{cases}"]
LATEX = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(LATEX)
def test_tokens_and_units_cover_any_text(latex):
    assert [token.start for token in tokenize(latex)] == [0, *(token.end for token in tokenize(latex))][
        : len(tokenize(latex))
    ]
    found = units(latex)
    assert [unit.start for unit in found] == [0, *(unit.end for unit in found)][: len(found)]
    assert (found[-1].end if found else 0) == len(latex)


@given(LATEX)
def test_no_text_is_too_broken_to_read(latex):
    rows(latex)
    found = marks_of_symbols(latex, ["a", "x_1"])
    marked = mark(latex, [item for items in found.values() for item in items])
    assert marked.count("</g>") == sum(map(len, found.values()))
    for item in breaks(latex):
        assert 0 < item.offset <= len(latex)
