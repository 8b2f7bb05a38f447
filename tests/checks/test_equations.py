"""Equations of a storyboard: what is claimed and false is found, and nothing else is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from visium_graph.agents.script_types import Script
from visium_graph.checks.equations import RULE, check_equations, check_script_equations, claims, truth
from visium_graph.checks.equations.claims import false_claims
from visium_graph.checks.service import check_file
from visium_graph.layouts import FormulaStep
from visium_graph.sources.lessons import lesson_names, load_lesson
from visium_graph.storyboard import Storyboard, parse_storyboard

CORPUS = Path(__file__).with_name("equation_corpus")


def formulas(name: str) -> list[str]:
    return (CORPUS / f"{name}.tex").read_text(encoding="utf-8").splitlines()


def board(say="Now we add.", *, latex=None, note="", title="Legs", language="en", beats=(), **step) -> Storyboard:
    layout = {"kind": "title"}
    if latex is not None:
        steps = [latex] if isinstance(latex, str) else latex
        parts = [{"id": f"f{number}", "latex": text, "note": note, **step} for number, text in enumerate(steps)]
        layout = {"kind": "formula", "parts": parts}
    says = [say, *beats]
    return parse_storyboard(
        {
            "title": "A video",
            "language": language,
            "scenes": [
                {
                    "id": "legs",
                    "title": title,
                    "beats": [{"id": f"b{number}", "say": text} for number, text in enumerate(says)],
                    "layout": layout,
                }
            ],
        }
    )


def told(storyboard: Storyboard) -> list[str]:
    return [finding.message for finding in check_equations(storyboard)]


@pytest.mark.parametrize("latex", formulas("true"))
def test_what_is_true_is_not_mentioned(latex):
    assert false_claims(latex) == []


def test_what_is_true_is_understood(monkeypatch):
    """Silence about a true formula means that it was computed, not that it could not be read."""
    verdicts = []
    monkeypatch.setattr(
        claims, "holds", lambda *sides, **how: verdicts.append(truth.holds(*sides, **how)) or verdicts[-1]
    )
    passed_over = []
    for latex in formulas("true"):
        verdicts.clear()
        false_claims(latex)
        if "true" not in verdicts:
            passed_over.append(latex)
    assert passed_over == []


@pytest.mark.parametrize("latex", formulas("false"))
def test_what_is_false_is_found(latex):
    assert len(false_claims(latex)) == 1


@pytest.mark.parametrize("latex", formulas("silent"))
def test_what_cannot_be_decided_is_not_mentioned(latex):
    assert false_claims(latex) == []


def test_the_corpus_is_large_and_without_repetitions():
    kinds = [formulas(name) for name in ("true", "false", "silent")]
    assert all(len(kind) >= 150 for kind in kinds)
    everything = [latex for kind in kinds for latex in kind]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("latex", formulas("identities"))
def test_identities_hold(latex):
    assert false_claims(latex, identity=True) == []


@pytest.mark.parametrize("latex", formulas("no_identities"))
def test_false_identities_are_found_where_they_are_marked(latex):
    assert len(false_claims(latex, identity=True)) == 1
    assert false_claims(latex) == []


@pytest.mark.parametrize("latex", formulas("undecided_identities"))
def test_identities_that_hold_somewhere_or_cannot_be_read_are_not_mentioned(latex):
    assert false_claims(latex, identity=True) == []


@pytest.mark.parametrize("lesson", lesson_names())
def test_the_built_in_lessons_are_true(lesson):
    assert told(load_lesson(lesson)) == []


def test_a_perturbed_lesson_is_not():
    text = load_lesson("pythagoras").dumps().replace("25 + 144 = 169", "25 + 144 = 196")
    findings = check_equations(parse_storyboard(json.loads(text)))
    assert findings
    assert all(finding.message.endswith("25 + 144 = 196 is false: the left side is 169") for finding in findings)


def test_a_finding_says_where_what_and_how_to_mend_it():
    [finding] = check_equations(board(latex="3^2 + 4^2 = 26"))
    assert finding.message == "scene 'legs', part 'f0': 3^2 + 4^2 = 26 is false: the left side is 25"
    assert finding.suggestion == "3^2 + 4^2 = 25"
    assert (finding.file, finding.rule, finding.severity) == ("storyboard.json", RULE, "error")


@pytest.mark.parametrize(
    ("latex", "explained", "suggested"),
    [
        (r"\frac12+\frac13=\frac25", "the left side is 5/6", r"\frac12+\frac13 = \frac{5}{6}"),
        (r"0.3 \cdot 0.3 = 0.9", "the left side is 0.09", r"0.3 \cdot 0.3 = 0.09"),
        (r"\frac{9}{12} = 70\%", "the left side is 75%", r"\frac{9}{12} = 75\%"),
        (r"20\% \cdot 50 = 11", "the left side is 10", r"20\% \cdot 50 = 10"),
        (r"\sqrt{8} \approx 2.93", r"the left side is 2 \sqrt{2}, about 2.8284", r"\sqrt{8} \approx 2.83"),
        (r"2^{10} < 10^3", "the left side is 1024, the right side 1000", "2^{10} > 10^3"),
        (r"2+2 \ne 4", "both sides are 4", None),
        (r"26 = 3^2 + 4^2", "the right side is 25", None),
        (r"100! = 1", "the left side is about 9.3326e+157", None),
        (
            r"-\frac{1}{2} + \frac{1}{4} = \frac{1}{4}",
            "the left side is -1/4",
            r"-\frac{1}{2} + \frac{1}{4} = -\frac{1}{4}",
        ),
    ],
)
def test_what_the_sides_are_worth(latex, explained, suggested):
    [finding] = check_equations(board(latex=latex))
    assert finding.message.endswith(f"is false: {explained}")
    assert finding.suggestion == suggested


def test_an_identity_is_answered_with_numbers_and_the_expanded_square():
    [finding] = check_equations(board(latex="(a+b)^2 = a^2+b^2", identity=True))
    assert finding.message.endswith(
        "(a+b)^2 = a^2+b^2 is no identity: for a = 1 and b = 2 the left side is 9, the right side 5"
    )
    assert finding.suggestion == "(a+b)^2 = a^{2} + 2 a b + b^{2}"
    assert check_equations(board(latex="(a+b)^2 = a^2+b^2")) == []
    assert FormulaStep(id="a", latex="a = a").identity is False


def test_a_line_that_begins_with_a_relation_goes_on_with_the_line_before():
    steps = ["c^2 = 3^2 + 4^2", "= 9 + 16", "= 26"]
    assert told(board(latex=steps)) == ["scene 'legs', part 'f2': 9 + 16 = 26 is false: the left side is 25"]


def test_a_derivation_may_end_in_a_contradiction_of_numbers():
    assert told(board(latex=["x + 3 < x", "3 < 0"])) == []
    assert len(told(board(latex="-5 > -3"))) == 1


def test_narration_is_a_warning():
    [finding] = check_equations(board("So $2 + 2 = 5$."))
    assert finding.severity == "warning"
    assert finding.message.startswith("scene 'legs', beat 'b0': ")


@pytest.mark.parametrize(
    "say",
    [
        "It is not true that $2+2=5$.",
        "Does $1+1=3$?",
        "Wrong: $2+2=5$.",
        "Is it the case that $3^2+4^2=6^2$? No.",
        "So $2+2=5$. That is not right.",
        "A common mistake is to write $\\frac12+\\frac13=\\frac25$.",
        "Suppose $1+1=3$. Then $2+2=6$.",
        "If $2+2=5$, then pigs fly.",
        "If the rule were addition, then $2^3=2+3$ and $2^3 = 5$.",
        "You might think that $\\sqrt{9+16}=7$.",
        "Some students write $\\sqrt{9+16}=3+4$.",
        "The two are never equal: $\\sqrt{9+16}=7$.",
        "He claimed that $2+2=5$.",
        "On a clock, $9+5=2$.",
        "Modulo seven, $3 \\cdot 5 = 1$.",
        "In binary, $1+1=10$.",
        "In Boolean algebra $1+1=1$.",
        "In base 8, $7+1=10$.",
        "Which is it: $2+3\\cdot4=20$ or $2+3\\cdot4=14$?",
        "Instead of $2 \\cdot 3 = 5$ write six.",
        "Let's prove by contradiction. We reach $1+1=1$.",
        "A $2\\times3$ matrix times a $3\\times4$ matrix: $2\\times3\\times3\\times4=2\\times4$.",
        "Without carrying, one doesn't get $17+18=215$.",
        "The mean index is $(0+15)/2=7$, rounded down.",
        "The price rises from $5 to $6.",
        'The statement "$2+2=5$" has a value.',
        "In $\\mathbb{Z}_2$ the only rule is $1+1=0$.",
        "Write down \u201c$1+1=1$\u201d and look at it.",
        "$1+1=0$, with a carry of one.",
    ],
)
def test_what_a_sentence_does_not_claim_is_not_mentioned(say):
    assert told(board(say)) == []


@pytest.mark.parametrize(
    "say",
    [
        "So $2+2=5$.",
        "The squares add up: $9+16=26$. Great!",
        "With legs 3 and 4 we get $3^2+4^2=26$, so the third side is five.",
        "Remember that $7\\cdot8=54$.",
        "What do we get? We get $5!=125$.",
        "Half plus a third is $\\frac12+\\frac13=\\frac25$.",
        "First $1+1=2$, then $2+2=5$.",
        "Binary search halves the list: $2^{10}=1000$ items need ten questions.",
    ],
)
def test_what_a_sentence_claims_is_checked(say):
    assert len(told(board(say))) == 1


@pytest.mark.parametrize(
    "around",
    [
        {"note": "wrong!"},
        {"note": "is this so?"},
        {"title": "A common mistake"},
        {"title": "The paradox"},
        {"say": "Many people make this mistake."},
        {"beats": ["That cannot be: it is false."]},
        {"title": "Clock arithmetic"},
        {"say": "Think of a clock."},
    ],
)
def test_what_stands_around_a_line_takes_it_back(around):
    assert told(board(latex="2 + 2 = 5", **around)) == []
    assert len(told(board(latex="2 + 2 = 5"))) == 1


def test_what_is_coloured_as_bad_is_not_claimed():
    def bullets(role):
        data = json.loads(board().dumps())
        part = {"id": "x", "text": "$2+2=5$", "role": role}
        data["scenes"][0]["layout"] = {"kind": "bullets", "parts": [part]}
        return parse_storyboard(data)

    assert told(bullets("bad")) == []
    assert len(told(bullets("text"))) == 1


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        ({"kind": "bullets", "parts": [{"id": "x", "text": "$1+1=3$"}]}, "part 'x'"),
        ({"kind": "title", "parts": [{"id": "x", "text": "$1+1=3$"}]}, "part 'x'"),
        ({"kind": "formula", "parts": [{"id": "x", "latex": "a = b", "note": "$1+1=3$"}]}, "part 'x'"),
        ({"kind": "table", "header": ["$1+1=3$"], "parts": [{"id": "x", "cells": ["a"]}]}, "header"),
        ({"kind": "table", "parts": [{"id": "x", "cells": ["a", "$1+1=3$"]}]}, "part 'x'"),
        ({"kind": "code", "source": "x", "parts": [{"id": "x", "lines": [1, 1], "note": "$1+1=3$"}]}, "part 'x'"),
        ({"kind": "quote", "parts": [{"id": "x", "text": "a"}], "attribution": "$1+1=3$"}, "attribution"),
        ({"kind": "figure", "parts": [{"id": "x", "kind": "text", "at": [0, 0], "text": "$1+1=3$"}]}, "part 'x'"),
        ({"kind": "figure", "caption": "$1+1=3$", "parts": [{"id": "x", "kind": "text", "at": [0, 0], "text": "a"}]}, "caption"),
        (
            {
                "kind": "plot", "x": {"min": 0, "max": 1, "label": "$1+1=3$"}, "y": {"min": 0, "max": 1},
                "parts": [{"id": "x", "kind": "curve", "expression": "x"}],
            },
            "x",
        ),
        ({"kind": "custom", "parts": [{"id": "x", "text": "$1+1=3$"}]}, "part 'x'"),
    ],
)  # fmt: skip
def test_every_place_of_a_storyboard_is_looked_at(layout, place):
    data = json.loads(board().dumps())
    data["scenes"][0]["layout"] = layout
    [message] = told(parse_storyboard(data))
    assert message.startswith(f"scene 'legs', {place}: 1+1 = 3 is false")


def test_a_cell_can_say_that_the_formula_beside_it_is_wrong():
    data = json.loads(board().dumps())
    data["scenes"][0]["layout"] = {"kind": "table", "parts": [{"id": "x", "cells": ["$1+1=3$", "wrong"]}]}
    assert told(parse_storyboard(data)) == []


def test_titles_and_fallbacks_are_looked_at():
    data = json.loads(board(title="$1+1=3$").dumps())
    data["scenes"][0]["layout"] = {"kind": "custom"}
    data["scenes"][0]["fallback"] = {"kind": "formula", "parts": [{"id": "x", "latex": "2+2=5"}]}
    assert told(parse_storyboard(data)) == [
        "scene 'legs', title: 1+1 = 3 is false: the left side is 2",
        "scene 'legs', fallback, part 'x': 2+2 = 5 is false: the left side is 4",
    ]


def test_other_languages():
    assert told(board("Es ist nicht wahr, dass $2+2=5$.", language="de")) == []
    assert len(told(board("Also $2+2=5$.", language="de"))) == 1
    assert told(board("Donc $2+2=5$ est faux.", language="fr")) == []
    # Words of doubt of this language are not known: only lines of their own are looked at.
    assert told(board("Quindi $2+2=5$.", language="it")) == []
    assert len(told(board("Quindi.", latex="2+2=5", language="it"))) == 1
    # A decimal comma, or a group of thousands.
    assert told(board(latex="1{,}000 = 1", language="de")) == []
    assert told(board(latex="2 \\cdot 1{,}000 = 2", language="de")) == []
    assert len(told(board(latex="2 \\cdot 1{,}000 = 2", language="en"))) == 1
    assert told(board(latex="2 \\cdot 1.000 = 2000", language="de")) == []


def script(say, latex=None, language="en"):
    material = [] if latex is None else [{"kind": "formula", "latex": latex}]
    beats = [{"id": "b", "say": say, "material": list(range(len(material)))}]
    scenes = [{"id": "one", "title": "One", "beats": beats, "material": material}]
    return Script.model_validate({"title": "T", "language": language, "scenes": scenes})


def test_a_script_is_checked_before_it_has_pictures():
    [said, shown] = check_script_equations(script("So $1+1=3$.", "2+2=5"), file="script")
    assert (said.severity, said.message) == ("warning", "scene 'one', beat 'b': 1+1 = 3 is false: the left side is 2")
    assert (shown.severity, shown.message) == ("error", "scene 'one', material 0: 2+2 = 5 is false: the left side is 4")
    assert said.file == "script"
    assert check_script_equations(script("That is wrong.", "2+2=5")) == []


def test_nothing_heavy_is_loaded_for_plain_arithmetic(project):
    code = (
        "import sys; from visium_graph.checks.equations.claims import false_claims\n"
        "assert false_claims('3^2+4^2=26') and not false_claims('1+1=2')\n"
        "print(*sorted({'sympy', 'mpmath', 'manim', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project)
    assert run.stdout.split() == []


def test_the_documented_example_gives_its_findings(project):
    text = (project / "docs" / "checks.md").read_text(encoding="utf-8")
    section = text[text.index(f"### {RULE}") :]
    layout = json.loads(re.search(r"```json\n(.*?)```", section, re.DOTALL).group(1))
    data = json.loads(board().dumps())
    data["scenes"][0]["layout"] = layout
    assert [finding.rule for finding in check_equations(parse_storyboard(data))] == [RULE, RULE]
    assert re.search(r"`(scene 'legs', part 'sum'.*?)`", section, re.DOTALL).group(1).split() == (
        check_equations(parse_storyboard(data))[0].message.split()
    )


def test_a_storyboard_file_is_checked_like_any_other(tmp_path):
    path = tmp_path / "board.json"
    path.write_text(board("So $2+2=5$.", latex=["c^2 = 3^2 + 4^2", "= 26"]).dumps(), encoding="utf-8")
    report = check_file(path, fix=True)
    assert [(finding.rule, finding.severity) for finding in report.findings] == [(RULE, "warning"), (RULE, "error")]
    for finding, text in zip(report.findings, ("So $2+2=5$.", "= 26"), strict=True):
        line = report.source.splitlines()[finding.line - 1]
        assert line[finding.column - 1 :].startswith(f'{text}"')
        assert finding.file == str(path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"title":\n 1', 2, "not valid JSON"),
        ("{}", 1, "title: Field required"),
        ("[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_what_is_no_storyboard_is_told(tmp_path, text, line, message):
    path = tmp_path / "board.json"
    path.write_text(text, encoding="utf-8")
    [finding] = check_file(path, geometry=True).findings
    assert (finding.rule, finding.severity, finding.line) == ("storyboard", "error", line)
    assert finding.message.startswith(message)
    assert [finding.rule for finding in check_file(tmp_path / "none.json").findings] == ["unreadable"]
