"""Formulas and derivations as they stand on a slide."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import Square, VGroup

from tests.stage.playing import assert_well_set, play
from visium_graph.stage.formula_lines import FormulaLine, column_extents, set_lines
from visium_graph.stage.growth import match_glyphs
from visium_graph.stage.latex_lines import alignment
from visium_graph.stage.math import FormulaError
from visium_graph.stage.theme import FLOOR_EM, MATH_SCALE, THEMES

RED, GREEN = "#FF0000", "#00FF00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


@pytest.fixture(autouse=True)
def _media(folder):
    from manim import tempconfig

    with tempconfig({"media_dir": folder}):
        yield


def steps(*lines, notes=()):
    notes = dict(enumerate(notes))
    return [{"id": f"s{index}", "latex": latex, "note": notes.get(index, "")} for index, latex in enumerate(lines)]


def colored(line, color):
    return sum(glyph.get_fill_color().to_hex() == color for glyph in line.glyphs)


def formulas(shown):
    return [mobject for mobject in shown if isinstance(mobject, FormulaLine)]


QUADRATIC = steps(
    r"a x^2 + b x + c = 0",
    r"x^2 + \frac{b}{a} x = -\frac{c}{a}",
    r"\left(x + \frac{b}{2a}\right)^2 = \frac{b^2}{4a^2} - \frac{c}{a}",
    r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    notes=("", "divide by $a$", "complete the square"),
)


@pytest.fixture(scope="module")
def derivation(folder):
    reveals = [["s0"], ["s1"], ["s2"], ["s3"], ["s1"], []]
    return play("formula", reveals, folder=folder, parts=QUADRATIC, colors={"a": "primary", "b": "secondary"})


def test_symbols_take_their_colour_wherever_they_stand():
    line = FormulaLine(r"\alpha a_{a} + \frac{a}{\sqrt{a}} = x^a", colors={"a": RED, "x": GREEN})
    assert colored(line, RED) == 5
    assert colored(line, GREEN) == 1
    assert colored(FormulaLine(r"\alpha + \max \beta", colors={"a": RED, "zz": GREEN}), RED) == 0


def test_colours_do_not_move_the_formula():
    latex = r"\sum_{i=1}^n \vec{v}_i^2 \le f'(x)"
    plain = FormulaLine(latex)
    marked = FormulaLine(latex, colors={"i": RED, r"\vec{v}": GREEN, "f'(x)": RED, r"\sum": GREEN, r"\le": RED})
    assert marked.width == pytest.approx(plain.width, abs=0.01)
    assert marked.height == pytest.approx(plain.height, abs=0.01)
    assert colored(marked, GREEN) == 3


def test_a_key_that_is_no_symbol_does_no_harm():
    line = FormulaLine(
        r"\frac{a}{b} = c", colors={r"\frac": RED, "{": RED, "": RED, "a}{b": RED, "^": RED, r"\left(": RED}
    )
    assert line.width == pytest.approx(FormulaLine(r"\frac{a}{b} = c").width, abs=0.01)


def test_a_wrong_formula_names_its_source():
    with pytest.raises(FormulaError, match="nosuch") as caught:
        FormulaLine(r"a + \nosuchcommand", colors={"a": RED})
    assert caught.value.latex == r"a + \nosuchcommand"


def test_a_line_knows_where_its_relation_stands():
    line = FormulaLine("a + b = c", anchor=alignment("a + b = c"))
    assert line.anchor == pytest.approx(FormulaLine("a + b").width, abs=0.4)
    assert FormulaLine("a + b").anchor is None


def test_a_wide_formula_breaks_into_lines_that_fit():
    latex = "f(x) = " + " + ".join(f"a_{{{index}}} x^{{{index}}}" for index in range(20))
    placed, worst = set_lines(latex, room=20, color=RED, colors={})
    assert len(placed) > 2
    assert worst <= 1
    assert all(item.width <= 20 for item in placed)
    assert placed[0].left < 0 < placed[1].left
    assert sum(column_extents(placed)) <= 20 + 1e-6
    glyphs = sum(len(item.line.glyphs) for item in placed)
    assert glyphs == len(FormulaLine(latex).glyphs)


def test_what_cannot_break_says_so():
    placed, worst = set_lines(r"\frac{" + "a + " * 40 + "b}{c}", room=20, color=RED, colors={})
    assert len(placed) == 1
    assert worst == float("inf")


def test_glyphs_find_where_they_come_from():
    old, new = FormulaLine("a + b = c"), FormulaLine("a = c - b")
    found = match_glyphs(old.glyphs, new.glyphs)
    # a, =, c and b were there; the minus is new.
    assert sorted(found.values()) == [0, 2, 3, 4]
    assert 3 not in found
    small = FormulaLine("x^{b}")
    assert match_glyphs(old.glyphs, small.glyphs) == {1: 2}


def test_a_glyph_may_come_from_one_that_was_used():
    old, new = FormulaLine("a(b + c)"), FormulaLine("ab + ac")
    found = match_glyphs(old.glyphs, new.glyphs)
    assert len(found) == len(new.glyphs)
    assert found[0] == found[3] == 0


def test_relations_stand_in_a_column(derivation):
    lines = formulas(derivation.beats[3])
    assert len(lines) == 4
    columns = []
    for line in lines:
        anchor = FormulaLine(line.latex, anchor=alignment(line.latex)).anchor
        columns.append(line.get_left()[0] + anchor * line.height / FormulaLine(line.latex).height)
    assert np.ptp(columns) < 0.02


def test_lines_are_below_one_another_and_on_the_slide(derivation):
    for shown in derivation.beats:
        assert_well_set(shown)
    tops = [line.get_top()[1] for line in sorted(formulas(derivation.beats[3]), key=lambda line: line.latex)]
    assert len(set(tops)) == 4


def test_earlier_lines_stay_readable_and_the_new_one_leads(derivation):
    opacities = {line.latex: line.glyphs[0].get_fill_opacity() for line in formulas(derivation.beats[2])}
    assert opacities[QUADRATIC[2]["latex"]] == 1
    assert 0.5 < opacities[QUADRATIC[0]["latex"]] < 1
    # A line that is spoken of again is bright again.
    again = {line.latex: line.glyphs[0].get_fill_opacity() for line in formulas(derivation.beats[4])}
    assert again[QUADRATIC[1]["latex"]] == 1


def test_notes_stand_beside_their_lines(derivation):
    shown = derivation.beats[3]
    notes = [mobject for mobject in shown if getattr(mobject, "text", "").startswith(("divide", "complete"))]
    assert len(notes) == 2
    for note in notes:
        assert note.get_left()[0] > max(line.get_right()[0] for line in formulas(shown))


def test_every_reveal_keeps_to_its_beat(derivation):
    assert all(0 < seconds <= 3.7 for seconds in derivation.seconds)


def test_one_formula_stands_large_in_the_middle(folder):
    played = play("formula", [["s0"]], folder=folder, parts=steps(r"e^{i\pi} + 1 = 0", notes=["Euler"]), theme="light")
    (line,) = formulas(played.beats[0])
    assert line.height > 0.6
    assert abs(line.get_x()) < 0.05
    assert line.glyphs[0].get_fill_color().to_hex() == THEMES["light"].color("text")
    assert_well_set(played.beats[0])


def test_a_long_derivation_turns_pages_and_carries_its_last_line_over(folder):
    parts = steps(*(rf"f_{{{n}}}(x) = \sum_{{k={n}}}^{{n}} \frac{{x^k}}{{k!}}" for n in range(8)))
    played = play("formula", [[part["id"]] for part in parts], folder=folder, parts=parts, title="long " * 20)
    assert len(played.view.pages) > 1
    for shown in played.beats:
        assert_well_set(shown)
    turned = len(played.view.pages[0].pieces)
    carried, new = sorted(formulas(played.beats[turned]), key=lambda line: -line.get_y())
    assert carried.latex == parts[turned - 1]["latex"]
    assert new.latex == parts[turned]["latex"]


def test_rows_of_an_environment_are_lines_of_one_step(folder):
    parts = steps(r"\begin{align*} a &= b + c \\ &= d \end{align*}", r"x = \begin{cases} 1 & a \\ 0 & b \end{cases}")
    played = play("formula", [["s0"], ["s1"]], folder=folder, parts=parts)
    assert [len(formulas(shown)) for shown in played.beats] == [2, 3]
    assert_well_set(played.beats[1])


def test_a_wide_formula_is_readable_and_on_the_slide(folder):
    wide = "(a+b)^{12} = " + " + ".join(rf"{k} a^{{{12 - k}}} b^{{{k}}}" for k in range(13))
    played = play("formula", [["s0"]], folder=folder, parts=steps(wide, notes=["all of it"]))
    assert_well_set(played.beats[0])
    digit = min(glyph.height for glyph in FormulaLine("1").glyphs)
    line = formulas(played.beats[0])[0]
    em = line.glyphs[0].height / FormulaLine("(").glyphs[0].height
    assert em >= FLOOR_EM * MATH_SCALE - 1e-6
    assert em * digit * 135 >= 28 * 0.7


def test_out_of_order_reveals_are_no_trouble(folder):
    played = play("formula", [["s2", "s0"], [], ["s1"]], folder=folder, parts=QUADRATIC)
    assert len(formulas(played.beats[-1])) == 3
    assert_well_set(played.beats[-1])


@pytest.mark.parametrize("latex", [r"\quad", r"\\", "{}", r"\begin{align*}\end{align*}", r"\begin{cases} a", "a^b^c"])
def test_what_cannot_be_drawn_says_so(latex):
    with pytest.raises(FormulaError):
        set_lines(latex, room=20, color=RED, colors={})


@pytest.mark.parametrize("latex", ["$a = b$", r"\[a = b\]", "a = % equals\nb", r"a = b \label{x}", r"a = b \\ \quad"])
def test_wrappings_and_comments_are_left_out(latex):
    ((item,), _) = set_lines(latex, room=20, color=RED, colors={})
    assert item.width == pytest.approx(FormulaLine("a = b").width, abs=0.01)


TERMS = st.lists(
    st.sampled_from([r"a^2", r"\frac{b}{c}", r"\sqrt{x}", r"\left( x \right)", r"\sin x", "42"]),
    min_size=1,
    max_size=60,
)


@settings(max_examples=8, deadline=None)
@given(TERMS)
def test_any_sum_fits_its_room(terms):
    placed, worst = set_lines("y = " + " + ".join(terms), room=25, color=RED, colors={"x": GREEN})
    assert worst < float("inf")
    assert all(item.width <= 25 + 1e-6 for item in placed)


def test_copies_of_a_formula_are_cheap():
    line = FormulaLine(r"\sum_{k=0}^n \frac{x^k}{k!}")
    assert all(getattr(glyph, "path_obj", None) is None for glyph in line.glyphs)
    assert VGroup(line.copy(), Square())[0].glyphs[0] is not line.glyphs[0]
