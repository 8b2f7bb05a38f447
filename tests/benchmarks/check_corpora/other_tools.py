"""What general checkers make of the same files: pyright, ty and pylint, as a user would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["TOOLS", "Verdict", "run_tool"]


@dataclass(frozen=True)
class Verdict:
    """What a tool says about some files."""

    flagged: frozenset[str]
    """Names of the files with an error."""
    milliseconds: float
    """Wall clock a file, the tool's start included."""


def run_tool(tool: str, codes: Mapping[str, str]) -> Verdict | None:
    """Have a tool check files, all in one run; None where it is not installed or cannot start.

    Args:
        tool: one of `TOOLS`.
        codes: name -> code of the files.
    """
    if find_spec(tool) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="visium-tools-") as folder:
        names = {f"s{number:05}": name for number, name in enumerate(codes)}
        for stem, name in names.items():
            Path(folder, f"{stem}.py").write_text(codes[name], encoding="utf-8")
        start = time.perf_counter()
        run = subprocess.run(
            [sys.executable, "-m", tool, *_ARGUMENTS[tool]],
            cwd=folder,
            env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
    try:
        stems = _READERS[tool](run.stdout)
    except ValueError:
        print(f"{tool} did not run: {run.stderr.strip()[:300]}", file=sys.stderr)
        return None
    return Verdict(frozenset(names[stem] for stem in stems), seconds * 1000 / max(1, len(codes)))


def _pyright(output: str) -> set[str]:
    found = json.loads(output)["generalDiagnostics"]
    return {Path(item["file"]).stem for item in found if item["severity"] == "error"}


def _ty(output: str) -> set[str]:
    if "Found " not in output and "All checks passed" not in output:
        raise ValueError("no result")
    return set(re.findall(r"^(s\d+)\.py:\d+:\d+: error\[", output, re.MULTILINE))


def _pylint(output: str) -> set[str]:
    return {Path(item["path"]).stem for item in json.loads(output)["messages"] if item["type"] in ("error", "fatal")}


_ARGUMENTS = {
    "pyright": ["--pythonpath", sys.executable, "--outputjson", "."],
    "ty": ["check", "--python", sys.prefix, "--output-format", "concise", "--no-progress", "."],
    "pylint": ["--errors-only", "--output-format=json2", "--recursive=y", "."],
}
_READERS: dict[str, Callable[[str], set[str]]] = {"pyright": _pyright, "ty": _ty, "pylint": _pylint}

TOOLS = tuple(_ARGUMENTS)
"""Their names, which are those of their packages."""
