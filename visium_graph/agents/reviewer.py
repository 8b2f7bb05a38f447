"""The reviewer's understudy: the checks alone decide, and the best draft so far is never lost."""

from __future__ import annotations

from collections.abc import Iterable

from visium_graph.agents.coder import Author
from visium_graph.checks.feedback import NO_PICTURE, without_echoes
from visium_graph.checks.finding import Finding

__all__ = ["accepts", "has_picture", "score"]


def accepts(coder: Author, findings: Iterable[Finding]) -> bool:
    """Whether a draft may be rendered at once.

    Any error sends code from a storyboard or a model back: it is mended, or its template takes over. A file that a
    person edited, and the templates themselves, are kept while they can be drawn at all: below them lies only something
    plainer.
    """
    found = list(findings)
    if coder in {"storyboard", "model"}:
        return not any(finding.severity == "error" for finding in found)
    return has_picture(found)


def has_picture(findings: Iterable[Finding]) -> bool:
    """Whether a draft with these findings can be drawn at all, faults and all."""
    return not any(finding.severity == "error" and finding.rule in NO_PICTURE for finding in findings)


def score(findings: Iterable[Finding]) -> tuple[int, int]:
    """How far from clean a draft is: errors, then warnings. Less is better, and of two equal ones the earlier.

    Example:
        >>> score([Finding(file="a.py", rule="off-frame", message="a text is beyond the frame")])
        (1, 0)
    """
    found = without_echoes(findings)
    errors = sum(finding.severity == "error" for finding in found)
    return errors, sum(finding.severity == "warning" for finding in found)
