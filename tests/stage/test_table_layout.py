"""Tables as they stand on a slide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Line

from tests.stage.playing import assert_well_set, play
from visium_graph.stage import RichText
from visium_graph.stage.column_widths import Extent, decimal_tail, is_number, shared_widths
from visium_graph.stage.theme import FLOOR_EM, THEMES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


def rows(*cells, roles=()):
    roles = dict(enumerate(roles))
    return [
        {"id": f"r{index}", "cells": list(row), "role": roles.get(index, "text")} for index, row in enumerate(cells)
    ]


def cell(shown, text):
    (found,) = [mobject for mobject in shown if isinstance(mobject, RichText) and mobject.text == text]
    return found


SORTS = rows(
    ("Quicksort", r"$O(n \log n)$", "1.5"),
    ("Merge sort", "always fast", "12.25"),
    ("Bubble sort", "", "100"),
    roles=("text", "good"),
)


@pytest.fixture(scope="module")
def table(folder):
    reveals = [[], ["r0"], ["r1", "r2"], ["r0"]]
    return play("table", reveals, folder=folder, header=["Name", "Time", "Score"], parts=SORTS)


def test_the_header_stands_from_the_first_beat(table):
    said = {mobject.text for mobject in table.beats[0]}
    assert {"Name", "Time", "Score"} <= said
    assert "Quicksort" not in said
    assert any(isinstance(inner, Line) for inner in table.view.pages[0].furniture[0].submobjects)


def test_rows_come_one_by_one(table):
    assert [sum(mobject.text.endswith("sort") for mobject in shown) for shown in table.beats] == [0, 1, 3, 3]
    for shown in table.beats:
        assert_well_set(shown)


def test_cells_of_a_row_share_a_baseline_and_of_a_column_an_edge(table):
    shown = table.beats[2]
    assert cell(shown, "Quicksort").first_baseline == pytest.approx(cell(shown, "1.5").first_baseline)
    assert cell(shown, "Name").get_left()[0] == pytest.approx(cell(shown, "Merge sort").get_left()[0], abs=0.02)


def test_numbers_line_up_at_their_decimal_points(table):
    shown = table.beats[2]
    right = {text: cell(shown, text).get_right()[0] for text in ("1.5", "12.25", "100")}
    assert right["12.25"] == max(right.values())
    assert right["100"] < right["1.5"] < right["12.25"]


def test_a_role_colours_its_row(table):
    fill = cell(table.beats[2], "Merge sort").family_members_with_points()[-1].get_fill_color().to_hex()
    assert fill == THEMES["dark"].color("good")


def test_reveals_keep_to_their_beats(table):
    assert all(0 < seconds <= 3.7 for seconds in table.seconds)


@pytest.mark.parametrize("columns", [1, 5, 12])
@pytest.mark.parametrize("text", ["7", "word", "several words in a cell", "incomprehensibilities"])
def test_no_table_leaves_the_frame(folder, columns, text):
    parts = rows([f"{text} {index}" for index in range(columns)], [text] * columns)
    played = play("table", [["r0"], ["r1"]], folder=folder, header=["Header"] * columns, parts=parts, theme="light")
    for shown in played.beats:
        assert_well_set(shown)
        assert all(mobject.em >= FLOOR_EM for mobject in shown)


def test_what_is_too_wide_for_columns_becomes_records(folder):
    names = [f"Property number {index}" for index in range(12)]
    parts = rows([f"extraordinarily {index}" for index in range(12)], [f"inconspicuous {index}" for index in range(12)])
    played = play("table", [["r0"], ["r1"]], folder=folder, header=names, parts=parts)
    first, second = played.beats
    assert len(played.view.pages) == 2
    assert cell(first, names[3]).first_baseline == pytest.approx(cell(first, "extraordinarily 3").first_baseline)
    assert cell(first, names[3]).get_left()[0] == pytest.approx(cell(second, names[3]).get_left()[0])
    assert_well_set(second)


def test_a_long_table_repeats_its_header_on_every_page(folder):
    parts = rows(*((f"Row {index}", "what is said of it " * (1 + index % 3)) for index in range(40)))
    played = play("table", [["r0"], ["r39"], ["r0"]], folder=folder, header=["Name", "Meaning"], parts=parts)
    assert len(played.view.pages) > 1
    for shown in played.beats:
        assert_well_set(shown)
        cell(shown, "Meaning")
    assert played.view.pages[0].pieces[0].part == "r0"
    assert sum(len(page.pieces) for page in played.view.pages) == 40


def test_a_row_of_essays_stays_on_the_slide(folder):
    played = play(
        "table", [["r0"]], folder=folder, header=["A", "B"], parts=rows(("some words " * 80, "more words " * 80))
    )
    assert_well_set(played.beats[0])


def test_without_a_header_there_is_none(folder):
    played = play("table", [["r0"]], folder=folder, parts=rows(("yes", "no")))
    assert played.view.pages[0].furniture == []


@pytest.mark.parametrize("text", ["1", "-2.5", "1,234.5", "12 %", "3.1e-5", "$42", "5 kg", "~7", "$12$", "2x"])
def test_numbers(text):
    assert is_number(text) is True


@pytest.mark.parametrize("text", ["one", "1 of 2", "v1.2.3-beta", "2 apples each", "a1"])
def test_no_numbers(text):
    assert is_number(text) is False


@pytest.mark.parametrize("text", ["", "-", "\u2013", "n/a"])
def test_blanks_are_neither(text):
    assert is_number(text) is None


def test_tails_of_numbers():
    assert [decimal_tail(text) for text in ("1.25", "1,234", "12 %", "2.5 kg", "7")] == [".25", "", " %", ".5 kg", ""]


EXTENTS = st.lists(
    st.tuples(st.floats(0.1, 9), st.floats(0, 60)).map(lambda pair: Extent(sum(pair), pair[0])), min_size=1, max_size=12
)


@given(EXTENTS, st.floats(1, 80))
def test_widths_fit_and_cut_no_word(columns, room):
    widths = shared_widths(columns, room)
    if widths is None:
        assert sum(column.least for column in columns) > room
        return
    assert sum(widths) <= room + 1e-6
    for width, column in zip(widths, columns, strict=True):
        assert column.least - 1e-6 <= width <= column.natural + 1e-6
    # What is not used was not asked for.
    assert np.isclose(sum(widths), min(room, sum(column.natural for column in columns)), atol=1e-5)
