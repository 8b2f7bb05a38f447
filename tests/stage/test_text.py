from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.stage import FormulaError, RichText
from visium_graph.stage.shaping import Face
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM, LEADING
from visium_graph.stage.wrapping import line_width, lines_of, rich_runs

FACE = Face()
PROSE = "Every natural number greater than one is either a prime or a product of primes"


def words(line) -> str:
    return "".join((" " if box.space else "") + box.text for box in line).strip()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("plain", [("text", "plain")]),
        ("a $x^2$ b", [("text", "a "), ("math", "x^2"), ("text", " b")]),
        ("$x$", [("math", "x")]),
        ("costs $5 or $6", [("text", "costs $5 or $6")]),
        ("from $5 to x$", [("text", "from "), ("math", "5 to x")]),
        (r"\$5 and $\$$", [("text", "$5 and "), ("math", r"\$")]),
        ("a lone $ sign", [("text", "a lone $ sign")]),
        ("$ x $ spaced", [("text", "$ x $ spaced")]),
        ("$$", [("text", "$$")]),
    ],
)
def test_formulas_are_found_and_other_dollars_left_alone(text, runs) -> None:
    assert list(rich_runs(text)) == runs


@given(st.text(alphabet="ab ${}^_\n", max_size=40))
def test_no_text_is_lost_in_splitting(text: str) -> None:
    rebuilt = "".join(f"${content}$" if kind == "math" else content for kind, content in rich_runs(text))
    assert rebuilt == text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80).filter(lambda text: "$" not in text), st.floats(2.0, 30.0))
def test_lines_are_never_wider_than_asked_and_hold_every_word(text: str, limit: float) -> None:
    paragraph = text.replace("\n", " ")
    lines = lines_of(paragraph, FACE, limit)
    for line in lines:
        assert line_width(line, FACE) <= limit + 1e-6 or (len(line) == 1 and len(line[0].text) == 1)
    kept = "".join(box.text for line in lines for box in line)
    # A no-break space stays where it joins two words, and is a space like others where it stands alone.
    assert "".join(kept.split()) == "".join(paragraph.split())


def test_lines_break_at_spaces_and_long_words_at_punctuation() -> None:
    lines = [words(line) for line in lines_of(PROSE, FACE, 15)]
    assert " ".join(lines) == PROSE
    assert len(lines) >= 3
    url = "https://example.org/a/long/path/that/goes/on/and/on/okay.html?x=1&y=2"
    assert all(words(line)[-1] in "/.=&?" for line in lines_of(url, FACE, 12)[:-1])
    cut = [words(line) for line in lines_of("Donaudampfschifffahrtsgesellschaft" * 3, FACE, 10)]
    assert len(cut) > 3
    assert min(map(len, cut[:-1])) > 8


def test_east_asian_text_breaks_between_characters_but_not_before_a_full_stop() -> None:
    lines = [words(line) for line in lines_of("数学は美しい。" * 6, FACE, 9)]
    assert len(lines) > 2
    assert not any(line.startswith("。") for line in lines)


def test_a_comma_stays_with_its_formula() -> None:
    text = "word " * 3 + "$a+b$, next"
    for limit in np.linspace(4, 14, 15):
        lines = [words(line) for line in lines_of(text, FACE, limit)]
        assert not any(line.startswith(",") for line in lines)


def test_a_formula_wider_than_a_line_breaks_after_a_relation_or_shrinks() -> None:
    long = "$" + "+".join(f"x_{{{n}}}" for n in range(30)) + "=0$"
    lines = lines_of(long, FACE, 20)
    assert len(lines) > 2
    assert all(line[-1].text.strip().endswith(("+", "=")) for line in lines[:-1])
    whole = lines_of(r"$\sqrt{" + "a" * 60 + "}$", FACE, 20)
    assert [line_width(line, FACE) for line in whole] == [pytest.approx(20)]


def test_baselines_are_even_whatever_the_letters() -> None:
    text = RichText("xxx\nypg\nXÅÉ\nxxx", em=0.5)
    baselines = [line.baseline for line in text]
    assert np.diff(baselines) == pytest.approx(-LEADING * 0.5)
    assert text[0].get_bottom()[1] == pytest.approx(baselines[0], abs=0.01)


def test_tall_formulas_push_lines_apart_and_never_touch() -> None:
    text = RichText(r"a $\frac{a}{b}$" + "\n" + r"c $\frac{a}{b}$", em=0.5)
    assert text[0].get_bottom()[1] > text[1].get_top()[1]
    assert text.first_baseline - text.last_baseline > LEADING * 0.5


def test_inline_formulas_stand_on_the_baseline_at_the_size_of_the_letters() -> None:
    text = RichText("H $H$ $x$", em=1.0)
    roman, italic, small = text[0][1:4]
    assert italic.get_bottom()[1] == pytest.approx(text.first_baseline, abs=0.02)
    assert italic.height == pytest.approx(roman.height, rel=0.06)
    assert small.get_bottom()[1] == pytest.approx(text.first_baseline, abs=0.03)


def test_place_and_moving_keep_the_baseline() -> None:
    text = RichText("Typography", em=0.5).place(-3, 1.25)
    assert text.first_baseline == pytest.approx(1.25)
    assert text.get_left()[0] == pytest.approx(-3)
    assert text.copy().shift([0, 1, 0]).last_baseline == pytest.approx(2.25)


def test_alignment_and_balance() -> None:
    text = RichText("a long first line of text\nshort", align="center")
    assert text[0].get_x() == pytest.approx(text[1].get_x(), abs=0.05)
    right = RichText("a long first line of text\nshort", align="right")
    assert right[0].get_right()[0] == pytest.approx(right[1].get_right()[0], abs=0.05)
    greedy = RichText(PROSE, width=9)
    balanced = RichText(PROSE, width=9, balance=True)
    assert balanced.line_count == greedy.line_count
    assert balanced.width < greedy.width


def test_nothing_is_set_smaller_than_the_floor() -> None:
    text = RichText("H", em=0.05)
    assert text.em == FLOOR_EM
    assert text.height * 1080 / 8 >= 28


def test_pages_of_a_long_text() -> None:
    text = RichText(PROSE * 8, width=10)
    portions = text.cut(2.0)
    assert sum(portion.line_count for portion in portions) == text.line_count
    for portion in portions:
        assert portion.first_baseline - portion.last_baseline + CAP_HEIGHT * BODY_EM <= 2.0
    assert RichText("short").cut(2.0)[0].line_count == 1


def test_letters_or_words() -> None:
    assert len(RichText("two words")[0]) == 1 + 2
    assert len(RichText("two words", by_letter=True)[0]) == 1 + 8


def test_empty_text_is_a_text_without_ink() -> None:
    text = RichText(" ")
    assert text.line_count == 1
    assert text.first_baseline == 0


def test_words_of_a_script_from_right_to_left_follow_leftwards() -> None:
    line = RichText("שלום English words עולם")[0]
    xs = [word.get_x() for word in line[1:]]
    assert xs == sorted(xs)
    hebrew = RichText("שלום")[0][1]
    assert line[-1].width == pytest.approx(hebrew.width, rel=0.01)  # the first word is the rightmost


def test_a_broken_formula_is_an_error_that_names_it() -> None:
    with pytest.raises(FormulaError, match="frac") as caught:
        RichText(r"see $\frac{a$ there")
    assert caught.value.latex == r"\frac{a"
