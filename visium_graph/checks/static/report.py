"""Where the rules put what they found: each place once, nothing inside a `try` that would catch it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from visium_graph.checks.finding import Edit, Finding, Fix
from visium_graph.checks.static.source import Span

__all__ = ["RAISES", "Report"]

MOST = 100
"""A file with more errors than this is not a scene: the rest would tell nothing new."""

RAISES = {
    "unknown-name": ("NameError", "ImportError", "AttributeError"),
    "undefined-variable": ("NameError", "UnboundLocalError"),
    "missing-import": ("NameError", "ImportError", "ModuleNotFoundError"),
    "manimgl": ("NameError", "ImportError", "ModuleNotFoundError", "AttributeError", "TypeError"),
    "unknown-attribute": ("AttributeError",),
    "unknown-method": ("AttributeError",),
    "wrong-scene-class": ("AttributeError",),
    "unknown-keyword": ("TypeError",),
    "missing-argument": ("TypeError",),
    "too-many-arguments": ("TypeError",),
    "repeated-keyword": ("TypeError",),
    "two-element-point": ("ValueError", "IndexError", "TypeError"),
    "not-an-animation": ("TypeError", "ValueError"),
    "unknown-color": ("ValueError",),
}
"""What Python would raise at the place of a finding."""


class Report:
    """Collects findings.

    Args:
        file: the name findings carry.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: dict[tuple[int, int, str], Finding] = {}
        self._silent = 0
        self._caught: list[frozenset[str]] = []

    @property
    def listening(self) -> bool:
        """Whether a finding would be kept at all."""
        return self._silent == 0 and len(self.findings) < MOST

    @property
    def caught(self) -> frozenset[str]:
        """The exceptions that the code around this place catches."""
        return frozenset().union(*self._caught)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Within the block nothing is kept: the code is only walked to learn what it leaves behind."""
        self._silent += 1
        try:
            yield
        finally:
            self._silent -= 1

    @contextmanager
    def catching(self, exceptions: frozenset[str]) -> Iterator[None]:
        """Within the block the code catches these exceptions: what would raise them is not an error of the scene."""
        self._caught.append(exceptions)
        try:
            yield
        finally:
            self._caught.pop()

    def add(
        self,
        rule: str,
        span: Span,
        message: str,
        *,
        severity: Literal["error", "warning"] = "error",
        suggestion: str | None = None,
        fix: list[Edit] | None = None,
    ) -> None:
        """Keeps a finding, unless this is not the time or the place."""
        key = (span.line, span.column, rule)
        if not self.listening or key in self.findings or self._is_caught(rule):
            return
        self.findings[key] = Finding(
            file=self.file,
            line=span.line,
            column=span.column,
            end_line=span.end_line,
            end_column=span.end_column,
            rule=rule,
            severity=severity,
            message=message,
            suggestion=suggestion,
            fix=Fix(edits=fix) if fix else None,
        )

    def _is_caught(self, rule: str) -> bool:
        caught = self.caught
        return bool(caught) and ("Exception" in caught or not caught.isdisjoint(RAISES.get(rule, ())))
