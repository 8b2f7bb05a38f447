"""What the next coder is told: the few things that matter most, with the lines they are about."""

from __future__ import annotations

import pytest

from visium_graph.agents.reviewer import accepts, has_picture, score
from visium_graph.checks.feedback import MOST, feedback, most_important, numbered, without_echoes
from visium_graph.checks.finding import Finding

SOURCE = "\n".join(f"line{number} = {number}" for number in range(1, 31))


def finding(rule, line=1, severity="error", message=None, **more):
    return Finding(file="s.py", line=line, rule=rule, severity=severity, message=message or f"about {rule}", **more)


def test_nothing_to_say_is_nothing():
    assert feedback(SOURCE, []) == ""
    assert feedback(SOURCE, [finding("policy", severity="info")]) == ""


def test_lines_are_numbered_and_marked():
    text = feedback(SOURCE, [finding("off-frame", 10, suggestion="move it 0.8 down")])
    assert text.split("\n") == [
        "The check found 1 error.",
        "",
        "1. error on line 10 [off-frame]: about off-frame",
        "   Repair: move it 0.8 down",
        "      8 | line8 = 8",
        "      9 | line9 = 9",
        "   > 10 | line10 = 10",
        "     11 | line11 = 11",
        "     12 | line12 = 12",
    ]


def test_at_most_five_and_what_blocks_comes_first():
    rules = ["near-edge", "text-overlap", "off-frame", "unknown-method", "line-through-text", "low-contrast"]
    found = [finding("timing", 2, "warning"), *(finding(rule, 20 + n) for n, rule in enumerate(rules))]
    found.append(finding("exception", 30, message="ValueError: no"))
    text = feedback(SOURCE, found)
    assert text.startswith(
        f"The check found 7 errors and 1 warning. These {MOST} come first; leave the other 3 for later."
    )
    assert text.count("\n\n") == MOST
    assert text.index("[exception]") < text.index("[near-edge]")
    assert "[timing]" not in text


def test_the_same_problem_on_several_lines_is_one():
    found = [finding("unknown-color", line, message="no colour 'bluee'") for line in (3, 9, 7)]
    text = feedback(SOURCE, found)
    assert "1. error on line 3 [unknown-color]: no colour 'bluee' (also on lines 7, 9)" in text
    assert "2. " not in text


def test_an_exception_that_the_static_check_explained_is_not_told_twice():
    said = finding("unknown-method", 4)
    raised = finding("exception", 4, message="AttributeError: nope")
    elsewhere = finding("exception", 5, message="AttributeError: nope")
    assert without_echoes([said, raised, said]) == [said]
    assert without_echoes([said, elsewhere]) == [said, elsewhere]
    assert not has_picture([said, raised])
    assert score([said, raised]) == (1, 0)


def test_a_finding_beyond_the_source_needs_no_lines():
    assert feedback("", [finding("exception", 7)]).endswith("about exception")
    assert "[syntax]" in feedback("x", [finding("syntax", 1, end_line=40)])


def test_most_important_keeps_everything():
    found = [finding("timing", 1, "warning"), finding("off-frame", 9), finding("syntax", 30)]
    assert [item.rule for item in most_important(found)] == ["syntax", "off-frame", "timing"]


def test_numbered_lines_are_those_of_findings():
    assert numbered("a\r\nb\rc\n") == "1 | a\n2 | b\n3 | c\n4 | "


@pytest.mark.parametrize("rule", ["syntax", "shape", "transform", "empty-group", "formula", "time-limit"])
def test_without_a_picture_nothing_is_accepted(rule):
    assert not accepts("hand", [finding(rule)])
    assert accepts("hand", [finding(rule, severity="warning"), finding("unknown-method", 3)])


def test_errors_weigh_more_than_warnings():
    warnings = [finding("timing", line, "warning") for line in range(9)]
    assert score([]) < score(warnings) < score([finding("off-frame")])
