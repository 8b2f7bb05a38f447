"""What a person, a program and GitHub get to read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from visium_graph.checks.excerpt import columns, lines_of, shown
from visium_graph.checks.finding import Edit, Finding, Fix
from visium_graph.checks.output import as_github, as_json, human, summary

SOURCE = "from manim import *\n\nclass A(Scene):\n\tdef construct(self):\n\t\tself.ply(Create(Square()))\n"
WRONG = Finding(
    file="a.py",
    line=5,
    column=8,
    end_line=5,
    end_column=11,
    rule="unknown-method",
    message="Scene has no method 'ply'",
    suggestion="did you mean play?",
    fix=Fix(edits=[Edit(line=5, column=8, end_line=5, end_column=11, text="play")]),
)


@dataclass
class Report:
    source: str
    findings: list = field(default_factory=list)
    fixed: int = 0
    path: Path = Path("a.py")


def printed(source, *findings, color=False):
    out = StringIO()
    console = Console(file=out, width=10_000, soft_wrap=True, force_terminal=color, highlight=False)
    for block in human([Report(source, list(findings))]):
        console.print(block)
    return out.getvalue()


def test_a_person_sees_place_rule_source_carets_and_advice():
    assert printed(SOURCE, WRONG).rstrip("\n").split("\n") == [
        "a.py:5:8: error[unknown-method]: Scene has no method 'ply'",
        "4 |     def construct(self):",
        "5 |         self.ply(Create(Square()))",
        "  |              ^^^",
        "  = did you mean play?",
        "  = --fix repairs this",
    ]


def caret_of(source, finding):
    """The stretch of the shown line above the carets."""
    lines = printed(source, finding).split("\n")
    number = next(index for index, line in enumerate(lines) if "^" in line)
    start, end = lines[number].index("^"), lines[number].rindex("^") + 1
    return lines[number - 1][start:end], lines[number]


@pytest.mark.parametrize(
    ("line", "column", "end", "expected"),
    [
        ("x = Circl()", 5, 10, "Circl"),
        ("\tx = Circl()", 6, 11, "Circl"),
        ("x = 'é' + Circl", 11, 16, "Circl"),
        ("x = Circl()", 5, None, "C"),
        ("    x = Circl()   ", 1, None, "x = Circl()"),
        ("x = (", 6, 7, ""),
        ("y" * 300 + " Circl " + "z" * 300, 302, 307, "Circl"),
    ],
)
def test_carets_stand_below_the_span(line, column, end, expected):
    finding = Finding(file="a.py", line=1, column=column, end_column=end, rule="r", message="m")
    assert caret_of(line, finding)[0] == expected


def test_wide_characters_take_two_cells():
    finding = Finding(file="a.py", line=1, column=12, end_column=17, rule="r", message="m")
    _, carets = caret_of("x = '漢字' + Circl", finding)
    assert carets == "  | " + " " * (len("x = '' + ") + 2 * 2) + "^^^^^"


def test_a_span_of_several_lines_is_marked_on_its_first():
    finding = Finding(file="a.py", line=1, column=5, end_line=2, end_column=4, rule="r", message="m")
    text, carets = caret_of("x = f(\n  1)\n", finding)
    assert text == "f("
    assert carets.endswith("…")


def test_a_finding_beyond_the_source_has_no_excerpt():
    finding = Finding(file="a.py", line=99, rule="unreadable", message="no such file")
    assert printed("", finding).split() == ["a.py:99:1:", "error[unreadable]:", "no", "such", "file"]


def test_what_steers_a_terminal_never_reaches_it():
    evil = "x = '\x1b[2J\x07\u202e'"
    finding = Finding(file="\x1b[31m.py", line=1, rule="r", message="about \x1b]0;title\x07", suggestion="\x9b1m")
    text = printed(evil, finding)
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)


@given(st.text(max_size=80), st.integers(1, 100), st.none() | st.integers(1, 100))
def test_any_line_can_be_shown(line, column, end):
    finding = Finding(file="a.py", line=1, column=column, end_column=end, rule="r", message="m")
    assert "error[r]: m" in printed(line, finding)
    assert columns(line, column) <= len(shown(line)) * 2


@given(st.text(alphabet="ab\r\n\x0c\x0b\x1c\x85\u2028"))
def test_lines_are_pythons(text):
    assert "\n".join(lines_of(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


def test_summary_counts():
    warning = WRONG.model_copy(update={"severity": "warning", "fix": None})
    note = WRONG.model_copy(update={"severity": "info", "fix": None})
    assert summary([Report("", [])]) == "nothing found in 1 file"
    assert summary([Report("", [WRONG, WRONG]), Report("", [warning, note])]) == (
        "2 errors, 1 warning, 1 note in 2 files; 2 can be fixed with --fix"
    )
    assert summary([Report("", [WRONG], fixed=3)]) == "1 error in 1 file; 3 fixed"


def test_json_holds_every_key_and_reads_back():
    data = json.loads(as_json([Report(SOURCE, [WRONG]), Report("", [])]))
    assert [set(item) for item in data] == [set(Finding.model_fields)]
    assert Finding.model_validate(data[0]) == WRONG


def test_github_annotations_escape_what_github_reads():
    finding = WRONG.model_copy(update={"file": "a,b:c.py", "message": "100%\nbad", "suggestion": None})
    (line,) = as_github([Report(SOURCE, [finding])])
    assert line == "::error file=a%2Cb%3Ac.py,line=5,col=8,endColumn=11,title=unknown-method::100%25%0Abad"
    spread = WRONG.model_copy(update={"end_line": 7, "severity": "info"})
    (line,) = as_github([Report(SOURCE, [spread])])
    assert line.startswith("::notice file=a.py,line=5,col=8,endLine=7,title=")
    assert line.endswith("'ply'; did you mean play?")
