"""The shape of the code: imports go one way, rooms stay small, and the package loads light."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGE = Path(__file__).resolve().parents[1] / "visium_graph"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the road's start to its end. A module imports from its own station and from lines above its own.
ORDER = [
    {
        "cache",
        "errors",
        "expression",
        "layouts",
        "parsing",
        "provenance",
        "run",
        "settings",
        "storyboard",
        "store",
        "timing",
    },
    {"models"},
    {"stage", "sources", "voices"},
    {"sandbox"},
    {"checks"},
    {"render", "export"},
    {"agents"},
    {"graph"},
    {"api", "cache_view", "doctor", "progress"},
    {"cli_options"},
    {"cli_cache"},
    {"cli"},
    {"__main__"},
]
RANK = {station: rank for rank, stations in enumerate(ORDER) for station in stations}


def station_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def imported_stations(path: Path) -> Iterator[tuple[int, str]]:
    """Line and station of every import from the package, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = (
                [node.module] if node.module != "visium_graph" else [f"visium_graph.{item.name}" for item in node.names]
            )
        elif isinstance(node, ast.Import):
            names = [item.name for item in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "visium_graph" and rest:
                yield node.lineno, rest.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    station = station_of(path)
    if station == "__init__":
        return  # the lazy front door names everything and imports nothing
    rank = RANK[station]  # a new station needs its place in ORDER
    for line, other in imported_stations(path):
        allowed = other == station or RANK[other] < rank or (RANK[other] == rank and rank in {0, RANK["api"]})
        assert allowed, f"{path.relative_to(PACKAGE)}:{line}: {station} must not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "one room or several?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, f"{node.name} (line {node.lineno}) does not fit on a screen"


@pytest.mark.parametrize(
    "statement", ["import visium_graph", "import visium_graph; visium_graph.Storyboard", "import visium_graph.cli"]
)
def test_loading_is_light(statement: str) -> None:
    code = (
        f"import sys; {statement}; print(*sorted({{'manim', 'langgraph', 'numpy', 'onnxruntime'}} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_what_the_code_imports_is_a_declared_dependency(project: Path) -> None:
    data = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {canonicalize_name(Requirement(line).name) for line in data["project"]["dependencies"]}
    imported = set().union(*map(imported_packages, MODULES)) - sys.stdlib_module_names - {"visium_graph"}
    homes = packages_distributions()
    missing = {
        name for name in imported if declared.isdisjoint(canonicalize_name(home) for home in homes.get(name, []))
    }
    assert missing == set()


def imported_packages(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            names |= {item.name.partition(".")[0] for item in node.names}
    return names


def test_every_public_name_resolves() -> None:
    import visium_graph

    for name in visium_graph.__all__:
        assert getattr(visium_graph, name) is not None
