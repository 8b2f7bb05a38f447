"""The labelled set of scenes keeps its promises: nothing said of clean ones, every defect found under its rule."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from visium_graph.sandbox.client import close_all

BENCH = Path(__file__).parents[1] / "benchmarks" / "bench_geometry.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("bench_geometry", BENCH)
    bench = sys.modules["bench_geometry"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    # A few of every kind: the benchmark goes through all of them.
    files = sorted(bench.SET.glob("clean/*.py"))[::6]
    kinds = {path.stem.partition("--")[0]: path for path in sorted(bench.SET.glob("defective/*.py"))}
    yield list(bench.outcomes([*files, *kinds.values()], tmp_path_factory.mktemp("store")))
    close_all()


def test_the_set_is_large_enough() -> None:
    files = list((BENCH.parent / "geometry_set").glob("*/*.py"))
    assert sum(path.parent.name == "clean" for path in files) >= 30
    assert sum(path.parent.name == "defective" for path in files) >= 30


def test_defects_are_found_under_their_rule(results) -> None:
    assert [result.path.stem for result in results if result.expected and not result.found] == []


def test_nothing_false_is_said(results) -> None:
    assert [(result.path.stem, finding.rule) for result in results for finding in result.false] == []


def test_findings_name_objects_and_a_repair(results) -> None:
    (overlap,) = [result for result in results if result.expected == "text-overlap"]
    (finding,) = overlap.findings
    assert "[`v[0]`, line 6; `v[1]`, line 6]" in finding.message
    assert "shift(" in (finding.suggestion or "")
