"""Correct code: every example scene in the docstrings of the installed manim."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from check_corpora.dry_run import dry_runs

__all__ = ["Sample", "docstring_examples", "docstring_scenes", "manim_folder"]

_DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. (?P<kind>manim|code-block|code):: *(?P<name>\w*).*\n", re.MULTILINE)
_OPTION = re.compile(r"^ *:[\w-]+:")
_SCENE = re.compile(r"^class (\w+)\(.*\):", re.MULTILINE)
_STAR = "from manim import *"


@dataclass(frozen=True)
class Sample:
    """One scene file."""

    name: str
    """Unique in its corpus."""
    code: str
    scene: str
    """The class to run."""


@cache
def docstring_scenes() -> tuple[Sample, ...]:
    """The examples that a dry run confirms: correct code, by manim's own judgement."""
    examples = docstring_examples()
    outcomes = dry_runs([(sample.scene, sample.code) for sample in examples], "docstring scenes")
    return tuple(sample for sample, outcome in zip(examples, outcomes, strict=True) if outcome.status == "done")


@cache
def docstring_examples() -> tuple[Sample, ...]:
    """Every example scene of manim's docstrings, in the order of its modules, each text once."""
    samples: list[Sample] = []
    codes: set[str] = set()
    names: dict[str, int] = {}
    for path in sorted(manim_folder().rglob("*.py")):
        for name, code in _examples(path.read_text(encoding="utf-8")):
            if code in codes:
                continue
            codes.add(code)
            names[name] = names.get(name, 0) + 1
            unique = name if names[name] == 1 else f"{name}-{names[name]}"
            samples.append(Sample(unique, code, name))
    return tuple(samples)


def manim_folder() -> Path:
    """Where manim's sources are, found without importing it."""
    spec = importlib.util.find_spec("manim")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _examples(source: str) -> Iterator[tuple[str, str]]:
    """Name of the scene class and code of every example, from all strings that stand as statements."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            text = inspect.cleandoc(node.value.value)
            for match in _DIRECTIVE.finditer(text):
                code = _content(text[match.end() :], len(match["indent"]))
                scenes = _SCENE.findall(code)
                if not scenes or (match["kind"] != "manim" and "Scene)" not in code):
                    continue
                name = match["name"] if match["name"] in scenes else scenes[-1]
                yield name, (code if _STAR in code else f"{_STAR}\n\n{code}")


def _content(text: str, indent: int) -> str:
    """The body of a directive, without its options: what is indented more than the directive."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        lines.append(line)
    while lines and (not lines[0].strip() or _OPTION.match(lines[0])):
        del lines[0]
    return textwrap.dedent("\n".join(lines)).strip() + "\n"
