"""Listings: highlighting, wrapping, windows, and how they stand on a slide."""

import re
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stage.playing import assert_well_set, play
from visium_graph.layouts import CodeSpan
from visium_graph.stage.code_text import CELL, CodeText
from visium_graph.stage.code_windows import windows
from visium_graph.stage.highlight import cells, highlight, wrap
from visium_graph.stage.theme import FLOOR_EM, THEMES

SOURCE = '''def merge_sort(items):
    """Sort a list."""
    if len(items) <= 1:
        return items

    middle = len(items) // 2
    return merge(items[:middle], items[middle:])  # linear
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


def span(name, first, last, note=""):
    return {"id": name, "lines": (first, last), "note": note}


def written(row):
    text = ""
    for item in row.spans:
        text = text.ljust(item.column) + item.text
    return text


def listing(shown):
    (code,) = [mobject for mobject in shown if isinstance(mobject, CodeText)]
    return code


def opacities(code):
    return {line.line: line.submobjects[-1].get_fill_opacity() for line in code}


@pytest.fixture(scope="module")
def lit(folder):
    parts = [span("a", 3, 4, "nothing to sort"), span("b", 6, 7, "halves, at a cost of $O(n)$")]
    reveals = [[], ["a"], ["b"], ["b"]]
    return play("code", reveals, folder=folder, language="python", source=SOURCE, parts=parts)


def test_rows_say_exactly_what_the_source_says():
    assert [written(row) for row in highlight(SOURCE, "python")] == SOURCE.rstrip().split("\n")


def test_words_have_roles():
    roles = {item.text: item.role for row in highlight(SOURCE, "python") for item in row.spans}
    assert roles["def"] == roles["return"] == "tertiary"
    assert roles["merge_sort"] == roles["len"] == "primary"
    assert roles["2"] == "accent"
    assert roles["#"] == "muted"


def test_tabs_reach_their_stops():
    assert [written(row) for row in highlight("\ta\n  \tb\nabc\td", "text")] == ["    a", "    b", "abc d"]


def test_an_unknown_language_is_plain_text():
    assert [written(row) for row in highlight("x = 1", "no such language")] == ["x = 1"]


def test_wide_characters_take_two_cells():
    assert cells("a\u65e5\u672c\u0301") == 5


def test_long_lines_hang_and_break_at_spaces():
    source = "    call(first_argument, second_argument, third_argument)"
    found = wrap(highlight(source, "python"), 30)
    assert [row.continued for row in found] == [False, True, True]
    assert all(row.spans[0].column == 6 for row in found[1:])
    assert not any(re.match(r"\s*[,)]", written(row)) for row in found)


CODE = st.text(alphabet=string.ascii_letters + "().,='\"# \t\n\u65e5", max_size=200)


@given(CODE, st.sampled_from(["python", "text", "c"]), st.integers(8, 40))
def test_wrapping_loses_nothing_and_fits(source, language, columns):
    rows = highlight(source, language)
    found = wrap(rows, columns)
    assert all(row.width <= columns for row in found)
    said = re.sub(r"\s", "", "".join(written(row) for row in found))
    assert said == re.sub(r"\s", "", source)
    assert [row.line for row in found if not row.continued] == [row.line for row in rows]


@given(st.integers(1, 80), st.integers(3, 20), st.lists(st.tuples(st.integers(1, 80), st.integers(0, 30)), max_size=6))
def test_every_part_has_windows_that_show_it_whole(count, most, drawn):
    rows = highlight("\n".join(f"line {number}" for number in range(count)), "text")
    parts = [
        CodeSpan(id=f"p{index}", lines=(min(first, count), min(first + more, count)))
        for index, (first, more) in enumerate(drawn)
    ]
    found = windows(rows, most, parts)
    assert all(0 < len(window.rows) <= most for window in found)
    for window in found:
        lines = [row.line for row in window.rows]
        assert lines == list(range(lines[0], lines[-1] + 1))
    for part in parts:
        seen = {row.line for window in found if part.id in window.parts for row in window.rows}
        assert set(range(part.lines[0], part.lines[1] + 1)) <= seen
    if not parts:
        assert [row.line for window in found for row in window.rows] == list(range(1, count + 1))


def test_the_listing_stands_from_the_first_beat(lit):
    code = listing(lit.beats[0])
    assert [written(row) for row in code.rows] == SOURCE.rstrip().split("\n")
    assert set(opacities(code).values()) == {1.0}


def test_lines_spoken_of_are_lit_and_others_dimmed(lit):
    first, second = (opacities(listing(shown)) for shown in lit.beats[1:3])
    assert [first[line] == 1 for line in range(1, 8)] == [False, False, True, True, False, False, False]
    assert [second[line] == 1 for line in range(1, 8)] == [False, False, False, False, False, True, True]
    assert 0.3 < first[1] < 0.7


def test_a_bar_stands_behind_the_lit_lines(lit):
    page = lit.view.pages[0]
    lines = list(page.code.lit(6, 7))
    assert page.bar.get_top()[1] > lines[0].get_top()[1]
    assert page.bar.get_bottom()[1] < lines[-1].get_bottom()[1]
    assert page.bar.z_index < page.code.z_index


def test_one_note_at_a_time_and_nothing_collides(lit):
    notes = [
        [mobject.text for mobject in shown if mobject.text.startswith(("nothing", "halves"))] for shown in lit.beats
    ]
    assert [len(found) for found in notes] == [0, 1, 1, 1]
    assert notes[1] != notes[2]
    for shown in lit.beats:
        assert_well_set(shown)


def test_reveals_keep_to_their_beats(lit):
    assert all(0 < seconds <= 3.7 for seconds in lit.seconds)


def test_indentation_is_on_the_grid(lit):
    code = lit.view.pages[0].code
    lefts = {line.line: min(shape.get_left()[0] for shape in line.submobjects[2:]) for line in code if len(line) > 2}
    # `if` on line 3 is indented by four cells, `return` on line 4 by eight.
    assert lefts[4] - lefts[3] == pytest.approx(4 * CELL * code.em, abs=0.05)


def test_words_take_the_themes_colours(folder):
    played = play("code", [[]], folder=folder, language="python", source="return 1", theme="light")
    colors = {shape.get_fill_color().to_hex() for shape in listing(played.beats[0])[0].submobjects[1:]}
    assert colors == {THEMES["light"].color("tertiary"), THEMES["light"].color("accent")}


def test_a_long_listing_turns_to_the_lines_spoken_of(folder):
    source = "\n".join(f"value_{number} = compute({number})" for number in range(1, 121))
    parts = [
        span("a", 2, 3),
        span("b", 60, 64, "in the middle"),
        span("c", 119, 120, "a note " * 25),
        span("d", 10, 70),
    ]
    played = play("code", [["a"], ["b"], ["c"], ["a"], ["d"]], folder=folder, source=source, parts=parts)
    for shown, (first, last) in zip(played.beats, [(2, 3), (60, 64), (119, 120), (2, 3), (70, 70)], strict=True):
        lit_lines = {line for line, opacity in opacities(listing(shown)).items() if opacity == 1}
        assert set(range(first, last + 1)) <= lit_lines
        assert_well_set(shown)


def test_a_long_listing_without_parts_passes_by(folder):
    source = "\n".join(f"line {number}" for number in range(1, 61))
    played = play("code", [[], [], []], folder=folder, source=source)
    seen = [listing(shown).rows[-1].line for shown in played.beats]
    assert seen == sorted(seen)
    assert seen[-1] == 60
    assert all(seconds <= 3.9 for seconds in played.seconds)


@pytest.mark.parametrize("source", ["x", "x" * 3000, "\n\n  y", "a = '\u65e5\u672c\u8a9e'  # \U0001f600\n" * 5])
def test_any_listing_stays_on_the_slide_and_readable(folder, source):
    lines = len(source.rstrip().split("\n"))
    parts = [span("a", 1, lines, "a note on all of it")]
    played = play("code", [["a"]], folder=folder, source=source, parts=parts)
    assert_well_set(played.beats[0])
    assert listing(played.beats[0]).em >= FLOOR_EM
    assert np.isfinite(listing(played.beats[0]).width)
