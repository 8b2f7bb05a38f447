"""Findings for a person, for a program, and for GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from visium_graph.checks.excerpt import columns, lines_of, shown
from visium_graph.checks.finding import Finding

if TYPE_CHECKING:  # the service needs nothing of this module, nor this module more than its report's shape
    from visium_graph.checks.service import FileReport

__all__ = ["as_github", "as_json", "human", "summary"]

_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_WORDS = {"info": "note"}
_CONTEXT = 1
"""Lines of the source shown before and after the one a finding speaks of."""
_WIDEST = 160
"""Cells of a source line that are shown; a longer one is cut to the stretch around the finding."""
_LEAD = 40


def human(reports: Iterable[FileReport]) -> Iterator[Text]:
    """Every finding as a block of lines: where, what, the source with carets below it, and what to do."""
    for report in reports:
        lines = lines_of(report.source)
        for finding in report.findings:
            yield _block(finding, lines)


def summary(reports: Sequence[FileReport]) -> str:
    """One line: how much was found in how many files.

    Example:
        >>> summary([])
        'nothing to check'
    """
    if not reports:
        return "nothing to check"
    findings = [finding for report in reports for finding in report.findings]
    counts = [
        _count(sum(finding.severity == severity for finding in findings), _WORDS.get(severity, severity))
        for severity in _STYLES
        if any(finding.severity == severity for finding in findings)
    ]
    pieces = [f"{', '.join(counts) or 'nothing found'} in {_count(len(reports), 'file')}"]
    fixed = sum(report.fixed for report in reports)
    if fixed:
        pieces.append(f"{fixed} fixed")
    fixable = sum(finding.fix is not None for finding in findings)
    if fixable and not fixed:
        pieces.append(f"{fixable} can be fixed with --fix")
    return "; ".join(pieces)


def as_json(reports: Iterable[FileReport]) -> str:
    """A JSON list of the findings of all files; every finding has all its keys."""
    found = [finding.model_dump(mode="json") for report in reports for finding in report.findings]
    return json.dumps(found, indent=1)


def as_github(reports: Iterable[FileReport]) -> Iterator[str]:
    """Workflow commands that GitHub turns into annotations of the changed lines."""
    for report in reports:
        for finding in report.findings:
            command = {"info": "notice"}.get(finding.severity, finding.severity)
            places = {"file": finding.file, "line": finding.line, "col": finding.column}
            # GitHub shows a span of columns only within one line.
            if finding.end_line is not None and finding.end_line != finding.line:
                places["endLine"] = finding.end_line
            elif finding.end_column is not None:
                places["endColumn"] = finding.end_column
            places["title"] = finding.rule
            properties = ",".join(f"{name}={_property(str(value))}" for name, value in places.items())
            advice = f"; {finding.suggestion}" if finding.suggestion else ""
            yield f"::{command} {properties}::{_data(finding.message + advice)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _block(finding: Finding, lines: Sequence[str]) -> Text:
    style = _STYLES[finding.severity]
    word = _WORDS.get(finding.severity, finding.severity)
    block = Text.assemble(
        (f"{shown(finding.file)}:{finding.line}:{finding.column}", "bold"),
        ": ",
        (f"{word}[{finding.rule}]", style),
        ": ",
        (_lines_shown(finding.message), "bold"),
        "\n",
    )
    margin = len(str(finding.line + _CONTEXT))
    if 1 <= finding.line <= len(lines) and lines[finding.line - 1].strip():
        _excerpt(block, finding, lines, margin)
    if finding.suggestion:
        block.append(f"{'':{margin}} = ", "blue").append(f"{_lines_shown(finding.suggestion)}\n")
    if finding.fix is not None:
        block.append(f"{'':{margin}} = ", "blue").append("--fix repairs this\n")
    return block


def _excerpt(block: Text, finding: Finding, lines: Sequence[str], margin: int) -> None:
    line = lines[finding.line - 1]
    start, end = _span(finding, line)
    left = max(0, start - _LEAD) if len(shown(line)) > _WIDEST else 0
    first, last = max(1, finding.line - _CONTEXT), min(len(lines), finding.line + _CONTEXT)
    for number in range(first, last + 1):
        text = _cut(shown(lines[number - 1]), left)
        if number != finding.line and not text.strip():
            continue
        block.append(f"{number:{margin}} | ", "blue").append(f"{text}\n", "" if number == finding.line else "dim")
        if number == finding.line:
            width = max(1, min(end, left + _WIDEST) - start)
            carets = " " * (start - left + (1 if left else 0)) + "^" * width
            more = " …" if finding.end_line is not None and finding.end_line > finding.line else ""
            block.append(f"{'':{margin}} | ", "blue").append(f"{carets}{more}\n", _STYLES[finding.severity])


def _span(finding: Finding, line: str) -> tuple[int, int]:
    """Cells before the span, and before its end: a finding about a whole line is about the code of it."""
    whole = columns(line, len(line.rstrip()) + 1)
    spreads = finding.end_line is not None and finding.end_line > finding.line
    if finding.column == 1 and finding.end_column is None:
        return columns(line, len(line) - len(line.lstrip()) + 1), whole
    start = columns(line, finding.column)
    if spreads:
        return start, max(whole, start + 1)
    return start, columns(line, finding.end_column) if finding.end_column is not None else start + 1


def _cut(text: str, left: int) -> str:
    right = left + _WIDEST
    return ("…" if left else "") + text[left:right] + ("…" if len(text) > right else "")


def _lines_shown(text: str) -> str:
    return "\n    ".join(shown(line) for line in lines_of(text))
