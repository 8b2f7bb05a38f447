"""Real failures, rebuilt: for each known error of model-written code the smallest scene that makes it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from check_corpora.dry_run import Outcome, dry_runs

__all__ = ["Failure", "failure_outcomes", "failure_rows", "rebuilt_failures"]

_DATA = Path(__file__).with_name("failures.toml")


@dataclass(frozen=True)
class Failure:
    """A scene that must fail."""

    name: str
    code: str
    kind: str
    wrong: str
    """The name that is wrong, empty where none is."""
    error: str
    """How the error begins, as Python prints it; empty where any error will do."""
    scene: str = "Demo"

    @property
    def named(self) -> bool:
        """Whether a wrong name is to blame: a row of the table of real errors."""
        return self.kind in {"renamed", "scene_class", "unknown_attr", "unknown_kwarg", "unknown_name"}

    def confirmed_by(self, outcome: Outcome) -> bool:
        """Whether a dry run made this very error."""
        return outcome.status != "done" and outcome.text.startswith(self.error)


@cache
def rebuilt_failures() -> tuple[Failure, ...]:
    """The failures that a dry run confirms: with the installed manim they make the error they are told to make."""
    pairs = zip(failure_rows(), failure_outcomes(), strict=True)
    return tuple(failure for failure, outcome in pairs if failure.confirmed_by(outcome))


@cache
def failure_rows() -> tuple[Failure, ...]:
    """All failures of the data file."""
    rows = tomllib.loads(_DATA.read_text(encoding="utf-8"))["failure"]
    return tuple(Failure(f"{number:03}-{row['kind']}", **row) for number, row in enumerate(rows, start=1))


def failure_outcomes() -> list[Outcome]:
    """What a dry run makes of each row."""
    return dry_runs([(failure.scene, failure.code) for failure in failure_rows()], "rebuilt failures")
