"""Findings as a coder reads them: the most important few, each with its numbered lines of the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from visium_graph.checks.excerpt import lines_of
from visium_graph.checks.finding import Finding

__all__ = ["CALL_RULES", "NO_PICTURE", "feedback", "most_important", "numbered", "without_echoes"]

NO_PICTURE = frozenset(
    {
        "syntax",
        "encoding",
        "no-scene",
        "exception",
        "formula",
        "shape",
        "transform",
        "beat-repeated",
        "empty-group",
        "time-limit",
        "memory-limit",
        "resource-limit",
        "crash",
    }
)
"""Rules whose errors mean that the scene cannot be drawn at all; others mean that the picture could be better."""

_UNPARSED = frozenset({"syntax", "encoding"})
_RAISED = frozenset({"exception", "shape", "transform", "empty-group"})
_EXPLAINS = frozenset(
    {
        "unknown-name",
        "unknown-attribute",
        "unknown-method",
        "unknown-keyword",
        "missing-argument",
        "too-many-arguments",
        "repeated-keyword",
        "undefined-variable",
        "missing-import",
        "two-element-point",
        "not-an-animation",
        "unknown-color",
        "manimgl",
        "wrong-scene-class",
    }
)
"""Rules of the static check that say why the dry run raises."""
CALL_RULES = _EXPLAINS | _RAISED | {"ignored-keyword"}
"""Rules of what a name is, how it is called or what it is given: signatures help there."""
_SEVERITIES = ("error", "warning", "info")
_AROUND = 2
_LONGEST = 200
"""Characters of one source line."""

MOST = 5
"""More problems at once than this, and a writer repairs none of them well."""


def feedback(source: str, findings: Iterable[Finding], most: int = MOST) -> str:
    r"""What is wrong with a draft, for whoever writes the next one; empty where nothing is.

    Args:
        source: the draft.
        findings: what the checks said of it.
        most: problems to show at a time.

    Example:
        >>> print(feedback("x = 1\ny = xx\n", [Finding(file="s.py", line=2, rule="undefined-variable", message="no xx")]))
        The check found 1 error.
        <BLANKLINE>
        1. error on line 2 [undefined-variable]: no xx
             1 | x = 1
           > 2 | y = xx
    """
    found = most_important(without_echoes(findings))
    told = [group for group in _grouped(found) if group[0].severity != "info"]
    if not told:
        return ""
    errors = sum(finding.severity == "error" for finding in found)
    warnings = sum(finding.severity == "warning" for finding in found)
    counts = [
        f"{number} {noun}" + "s" * (number != 1)
        for number, noun in ((errors, "error"), (warnings, "warning"))
        if number
    ]
    first = "" if len(told) <= most else f" These {most} come first; leave the other {len(told) - most} for later."
    lines = lines_of(source)
    blocks = [_block(number, group, lines) for number, group in enumerate(told[:most], 1)]
    return "\n\n".join([f"The check found {' and '.join(counts)}.{first}", *blocks])


def numbered(source: str) -> str:
    """The whole source with its line numbers, as findings count them."""
    lines = lines_of(source)
    width = len(str(len(lines)))
    return "\n".join(f"{number:{width}} | {line}" for number, line in enumerate(lines, 1))


def most_important(findings: Iterable[Finding]) -> list[Finding]:
    """Sorted so that what blocks most comes first: errors that leave no picture, other errors, warnings, notes."""
    return sorted(findings, key=_importance)


def without_echoes(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, and no exception that only repeats what the static check said of the same line."""
    every = {(item.line, item.column, item.rule, item.message): item for item in findings}.values()
    explained = {finding.line for finding in every if finding.rule in _EXPLAINS}
    return [finding for finding in every if not (finding.rule in _RAISED and finding.line in explained)]


def _importance(finding: Finding) -> tuple[int, int, int, int]:
    stage = 0 if finding.rule in _UNPARSED else 1 if finding.rule in NO_PICTURE else 2
    return _SEVERITIES.index(finding.severity), stage, finding.line, finding.column


def _grouped(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The same problem on several lines is one problem."""
    groups: dict[tuple[str, str, str | None], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.message, finding.suggestion), []).append(finding)
    return list(groups.values())


def _block(number: int, group: Sequence[Finding], lines: Sequence[str]) -> str:
    finding = group[0]
    text = f"{number}. {finding.severity} on line {finding.line} [{finding.rule}]: {finding.message}"
    others = sorted({other.line for other in group} - {finding.line})
    if others:
        text += f" (also on line{'s' * (len(others) != 1)} {', '.join(map(str, others))})"
    if finding.suggestion:
        text += f"\n   Repair: {finding.suggestion}"
    return "\n".join([text, *_excerpt(finding, lines)])


def _excerpt(finding: Finding, lines: Sequence[str]) -> list[str]:
    last = min(max(finding.end_line or finding.line, finding.line), finding.line + _AROUND)
    numbers = range(max(1, finding.line - _AROUND), min(len(lines), last + _AROUND) + 1)
    width = len(str(numbers[-1])) if numbers else 1
    return [
        f"   {'>' if finding.line <= number <= last else ' '} {number:{width}} | {lines[number - 1][:_LONGEST]}".rstrip()
        for number in numbers
        if lines[number - 1].strip() or number < numbers[-1]
    ]
