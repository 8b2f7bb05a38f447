"""Edits by lines: where they may be made, how they are applied, and which are refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.agents.patches import EditError, LineEdit, apply_edits, editable, failing_lines, scope_for
from visium_graph.checks.finding import Finding

CODE = """\
from manim import *
from visium_graph.stage import Slide


class SceneOne(Slide):
    def construct(self):
        self.begin("One")
        square = Square()
        label = self.rich("a").next_to(square, UP)
        with self.beat(0) as beat:
            self.play(Create(square))
            self.play(FadeIn(label))
        circle = self.ring(2)
        with self.beat(1) as beat:
            self.play(
                FadeIn(circle),
            )
        self.leave()

    def ring(self, radius):
        ring = Circle(radius)
        ring.shift(UP)
        ring.set_color(RED)
        ring.set_stroke(width=3)
        ring.set_z_index(4)
        ring.scale(1.5)
        ring.shift(LEFT)
        return ring
"""


def finding(line: int = 1, rule: str = "off-frame", message: str = "wrong", **fields) -> Finding:
    return Finding(file="one.py", line=line, rule=rule, message=message, **fields)


def edit(first: int, last: int, replacement: str) -> LineEdit:
    return LineEdit(first_line=first, last_line=last, replacement=replacement)


def at(text: str) -> int:
    return next(number for number, line in enumerate(CODE.splitlines(), 1) if text in line)


def everywhere(code: str) -> list[tuple[int, int]]:
    return [(1, len(code.splitlines()))]


def test_edits_are_by_the_numbers_of_the_draft_whatever_their_order() -> None:
    edits = [edit(3, 3, "c\nC"), edit(1, 1, ""), edit(5, 5, "    e = 1")]
    assert apply_edits("a\nb\nc\nd\nif e:\n    pass", edits[:2], [(1, 6)]) == "b\nc\nC\nd\nif e:\n    pass"
    with pytest.raises(EditError, match="after the edits Python cannot read the code"):
        apply_edits("a\nb\nc\nd\nif e:\n    pass", edits[2:], [(1, 6)])


def test_indentation_is_kept_as_it_is_given() -> None:
    code = apply_edits(
        CODE, [edit(at("Create"), at("Create"), "            self.play(FadeIn(square))")], everywhere(CODE)
    )
    assert "\n            self.play(FadeIn(square))\n            self.play(FadeIn(label))\n" in code
    assert code.count("\n") == CODE.count("\n")


def test_what_follows_the_last_line_and_numbers_before_lines_are_no_part_of_a_replacement() -> None:
    assert apply_edits("a = 1\nb = 2\n", [edit(2, 2, "b = 3\nc = 4\n")], [(1, 2)]) == "a = 1\nb = 3\nc = 4\n"
    assert apply_edits("a = 1\nb = 2\n", [edit(1, 2, " 1 | a = 2\n 2 | b = 3")], [(1, 2)]) == "a = 2\nb = 3\n"


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([], "there are no edits"),
        ([(3, 2, "x")], "ends before it begins"),
        ([(at("Create"), 99, "x")], "beyond the last line, 28"),
        ([(29, 29, "x")], "beyond the last line, 28"),
        ([(1, 1, "x")], r"outside the lines that may be changed \(10-12\)"),
        ([(10, 11, "x"), (11, 12, "y")], "overlaps another edit"),
        ([(11, 11, "            self.play(Create(square))")], "change nothing"),
        (
            [(11, 11, "            self.play(Create(square)")],
            r"was never closed \(new line 11: 'self.play\(Create\(square\)'",
        ),
        ([(10, 12, "")], "cannot read the code|change nothing"),
    ],
)
def test_edits_that_would_do_harm_are_refused_with_the_reason(edits, reason: str) -> None:
    code = CODE if edits != [(10, 12, "")] else CODE.replace("        circle", "            circle")
    with pytest.raises(EditError, match=reason):
        apply_edits(code, [edit(*one) for one in edits], [(10, 12)])


def test_code_that_was_unreadable_may_stay_so() -> None:
    broken = "a = (\nb = [\n"
    assert apply_edits(broken, [edit(1, 1, "a = ()")], [(1, 2)]) == "a = ()\nb = [\n"


LINES = st.lists(st.text(alphabet="ab =1", min_size=1, max_size=6), min_size=1, max_size=12)


@given(lines=LINES, cuts=st.sets(st.integers(0, 12), min_size=2, max_size=8), new=LINES)
def test_everything_outside_of_the_edits_stays(lines: list[str], cuts: set[int], new: list[str]) -> None:
    """Against a model: the text cut into stretches, every other of which is replaced."""
    lines = [*lines, "("]  # never Python: only the edits are looked at here
    new = [*new, "new"]
    places = sorted({min(cut, len(lines)) for cut in cuts} | {0, 1})
    stretches = list(pairwise(places))[::2]
    edits = [edit(first + 1, last, "\n".join(new)) for first, last in stretches]
    expected, done = [], 0
    for first, last in stretches:
        expected += [*lines[done:first], *new]
        done = last
    expected += lines[done:]
    assert apply_edits("\n".join(lines), edits[::-1], [(1, len(lines))]) == "\n".join(expected)


def test_a_repair_starts_with_lines_and_widens() -> None:
    found = [finding(at("Create"))]
    assert [scope_for(number, found, CODE) for number in (1, 2, 3, 4)] == ["lines", "block", "whole", "whole"]
    assert scope_for(1, [finding(rule="no-scene")], CODE) == "whole"
    assert scope_for(1, [finding(rule="no-scene", severity="warning")], CODE) == "lines"
    assert scope_for(1, found, "class (") == "whole"


def test_lines_of_findings_of_what_they_name_and_of_their_beats() -> None:
    assert failing_lines(CODE, [finding(8), finding(11, message="overlaps [`label`, line 9; `square`, line 8]")]) == [
        8,
        9,
        11,
    ]
    too_long = finding(rule="animation-too-long", message="the animations of beat(1) run 3.0 s longer")
    assert failing_lines(CODE, [too_long]) == [at("beat(0)"), at("beat(1)")]
    unused = finding(rule="beat-unused", message="never speaks beat(2): their narration would be heard")
    assert failing_lines(CODE, [unused]) == [at("beat(1)")]
    assert failing_lines(CODE, [finding(message="nothing that has a place"), finding(400)]) == []


def test_lines_may_be_changed_around_what_fails() -> None:
    assert editable(CODE, [finding(at("return ring"))], "lines") == [(22, 28)]
    assert editable(CODE, [finding(8), finding(20)], "lines") == [(2, 26)]
    assert editable(CODE, [finding(8)], "whole") == [(1, 28)]
    assert editable(CODE, [finding()], "lines") == [(1, 28)]


@pytest.mark.parametrize("scope", ["lines", "block"])
def test_what_a_reviewer_sees_in_a_beat_may_have_been_made_anywhere(scope) -> None:
    assert editable(CODE, [finding(8), finding(20, rule="review")], scope) == [(1, 28)]


@pytest.mark.parametrize("scope", ["lines", "block"])
def test_the_beat_in_which_a_fault_is_seen_may_be_changed_too(scope: str) -> None:
    seen = finding(at("ring.scale"), message="text '3' lies outside (from 1.5 s to 2.0 s, beat 1)")
    assert editable(CODE, [seen], scope) == [
        (at("beat(1)"), at("            )")),
        (at("def ring"), at("return ring")),
    ]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Create(square)", ("with self.beat(0)", "FadeIn(label)")),
        ("FadeIn(circle)", ("with self.beat(1)", "            )")),
        ("label = ", ('begin("One")', "label = ")),
        ("circle = self", ("circle = self", "circle = self")),
        ("self.leave", ("self.leave", "self.leave")),
        ("ring.scale", ("def ring", "return ring")),
        ("import *", ("import *", "return ring")),
    ],
)
def test_a_block_is_a_beat_what_stands_between_two_or_a_helper(text: str, block: tuple[str, str]) -> None:
    line = at(text) if text != "import *" else 2
    first = 1 if text == "import *" else at(block[0])
    assert editable(CODE, [finding(line)], "block") == [(first, at(block[1]))]
