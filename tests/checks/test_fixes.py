"""Fixes change what they name and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visium_graph.checks.finding import Edit, Finding, Fix
from visium_graph.checks.fixes import apply_fixes


def finding(*edits: tuple[int, int, int, int, str]) -> Finding:
    made = [Edit(line=a, column=b, end_line=c, end_column=d, text=text) for a, b, c, d, text in edits]
    return Finding(file="scene.py", rule="unknown-name", message="", fix=Fix(edits=made))


def test_edits_are_made_from_the_end_backwards() -> None:
    source = "\ufeffab\r\n\tcd\n"
    assert apply_fixes(source, [finding((1, 1, 1, 3, "xyz"), (2, 2, 2, 2, "+"))]) == "\ufeffxyz\r\n\t+cd\n"


def test_the_first_of_two_that_overlap_is_made() -> None:
    assert apply_fixes("abcd", [finding((1, 1, 1, 3, "x")), finding((1, 2, 1, 4, "y"))]) == "xcd"


def test_a_fix_goes_in_whole_or_not_at_all() -> None:
    assert apply_fixes("abcd", [finding((1, 1, 1, 2, "x"), (9, 1, 9, 1, "y"))]) == "abcd"


def test_the_same_edit_of_two_findings_is_made_once() -> None:
    twice = [finding((1, 1, 1, 1, "import math\n"))] * 2
    assert apply_fixes("x", twice) == "import math\nx"


@given(st.text(max_size=60))
def test_without_fixes_nothing_changes(source: str) -> None:
    assert apply_fixes(source, [Finding(file="scene.py", rule="syntax", message="")]) == source
