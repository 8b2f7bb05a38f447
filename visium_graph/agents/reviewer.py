"""The reviewer's understudy: the checks alone decide."""

from __future__ import annotations

from collections.abc import Iterable

from visium_graph.agents.coder import Author
from visium_graph.checks.finding import Finding

__all__ = ["FATAL_RULES", "accepts"]

FATAL_RULES = frozenset({"syntax", "no-scene", "exception", "formula", "time-limit", "memory-limit", "crash"})
"""Rules whose findings mean that there is no picture at all; the others mean that it could be better."""


def accepts(coder: Author, findings: Iterable[Finding]) -> bool:
    """Whether a draft may be rendered.

    Any error blocks code from a storyboard: its template is there to take over. A file that a person edited, and the
    templates themselves, are kept while they can be drawn at all: below them lies only something plainer.
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if coder == "storyboard":
        return not errors
    return not any(finding.rule in FATAL_RULES for finding in errors)
