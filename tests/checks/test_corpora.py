"""A small share of `make bench-check`: manim's own examples, mutants of them, and real failures rebuilt.

The benchmark has manim run everything first. Here it is only asked about what the check says of the other half: examples
that it flags, mutants that it lets pass.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from visium_graph.checks.static import check_source

MUTANTS = 150


@pytest.fixture(scope="module")
def corpora() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
        return importlib.import_module("check_corpora")


@pytest.fixture(scope="module")
def flagged(corpora: ModuleType) -> list[Any]:
    """Examples that the check calls wrong."""
    return [sample for sample in corpora.docstring_examples() if has_error(sample)]


@pytest.fixture(scope="module")
def passed(corpora: ModuleType) -> list[Any]:
    """Mutants that the check calls right."""
    source = corpora.mutant_candidates(corpora.docstring_examples(), seed=7)
    return [mutant for mutant in islice(source, MUTANTS) if not has_error(mutant)]


@pytest.fixture(scope="module")
def manim_says(corpora: ModuleType, flagged: list[Any], passed: list[Any]) -> Mapping[str, Any]:
    """Name -> outcome of a dry run, of all scenes that the tests ask about."""
    cases = [*flagged, *passed, *corpora.failure_rows()[:50:7]]
    outcomes = corpora.dry_runs([(case.scene, case.code) for case in cases])
    return {case.name: outcome for case, outcome in zip(cases, outcomes, strict=True)}


def has_error(case: Any) -> bool:
    return any(finding.severity == "error" for finding in check_source(case.code))


def test_every_example_that_is_flagged_really_fails(corpora: ModuleType, flagged: list[Any], manim_says) -> None:
    assert len(corpora.docstring_examples()) > 300
    assert [sample.name for sample in flagged if manim_says[sample.name].status == "done"] == []


def test_nearly_every_mutant_that_passes_really_runs(passed: list[Any], manim_says) -> None:
    missed = [mutant.name for mutant in passed if manim_says[mutant.name].status == "error"]
    assert len(passed) < MUTANTS // 4
    assert len(missed) <= 0.02 * (MUTANTS - len(passed) + len(missed)), missed


def test_rebuilt_failures_are_stopped(corpora: ModuleType) -> None:
    rows = corpora.failure_rows()
    named = [row for row in rows if row.named]
    assert len(named) == 50
    assert sum(map(has_error, named)) >= 0.97 * len(named), [row.name for row in named if not has_error(row)]
    assert sum(map(has_error, rows)) >= 0.75 * len(rows)


def test_a_rebuilt_failure_makes_its_error(corpora: ModuleType, manim_says) -> None:
    rows = [row for row in corpora.failure_rows() if row.name in manim_says]
    assert rows
    assert [row.name for row in rows if not row.confirmed_by(manim_says[row.name])] == []


def test_examples_are_whole_files_with_names_of_their_own(corpora: ModuleType) -> None:
    samples = corpora.docstring_examples()
    assert len({sample.name for sample in samples}) == len(samples)
    assert all("from manim import *" in sample.code and f"class {sample.scene}(" in sample.code for sample in samples)


def test_a_mutant_differs_in_one_token_and_comes_again_with_its_seed(corpora: ModuleType) -> None:
    samples = corpora.docstring_examples()[:40]
    first, second = (list(islice(corpora.mutant_candidates(samples, seed=3), 30)) for _ in range(2))
    assert first == second
    codes = {sample.code for sample in samples}
    for mutant in first:
        lines = mutant.code.splitlines(keepends=True)
        if mutant.wrong:
            changed = lines[mutant.line - 1]
            whole = [changed[:at] + mutant.original + changed[at + len(mutant.wrong) :] for at in range(len(changed))]
            cured = {"".join([*lines[: mutant.line - 1], line, *lines[mutant.line :]]) for line in whole}
            assert cured & codes, mutant.name
