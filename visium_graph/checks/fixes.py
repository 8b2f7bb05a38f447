"""Applies the fixes of findings to a file's text and leaves the rest of it byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable

from visium_graph.checks.finding import Edit, Finding

__all__ = ["apply_fixes"]

_LINE = re.compile(r"\r\n|\r|\n")


def apply_fixes(source: str, findings: Iterable[Finding]) -> str:
    """The text with every fix applied that does not meet one before it.

    A fix goes in whole or not at all. Whether the result is better is for the caller to check.

    Args:
        source: the text that the findings are about.
        findings: in the order of their precedence.
    """
    starts = _line_starts(source)
    taken: list[tuple[int, int, str]] = []
    for finding in findings:
        if finding.fix is None:
            continue
        edits = [_placed(edit, starts, len(source)) for edit in finding.fix.edits]
        wanted = [edit for edit in edits if edit is not None and edit not in taken]
        if len([edit for edit in edits if edit is not None]) == len(edits) and _free(wanted, taken):
            taken += wanted
    for start, end, text in sorted(taken, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _line_starts(source: str) -> list[int]:
    # A byte order mark is before the first line, not in it.
    first = 1 if source.startswith("\ufeff") else 0
    return [first, *(match.end() for match in _LINE.finditer(source))]


def _placed(edit: Edit, starts: list[int], length: int) -> tuple[int, int, str] | None:
    """An edit as offsets into the text; None where it lies outside."""
    if edit.line > len(starts) or edit.end_line > len(starts):
        return None
    start = starts[edit.line - 1] + edit.column - 1
    end = starts[edit.end_line - 1] + edit.end_column - 1
    return (start, end, edit.text) if start <= end <= length else None


def _free(wanted: list[tuple[int, int, str]], taken: list[tuple[int, int, str]]) -> bool:
    for start, end, _ in wanted:
        for other_start, other_end, _ in taken:
            if start < other_end and other_start < end:
                return False
            if start == other_start and (start == end or other_start == other_end):
                return False
    return True
