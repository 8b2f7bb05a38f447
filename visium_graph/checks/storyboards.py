"""Storyboard files: whether they are any, and whether their equations are true."""

from __future__ import annotations

import re
from pathlib import Path

from visium_graph.checks.finding import Finding
from visium_graph.checks.text_file import name_of

__all__ = ["check_storyboard", "is_storyboard"]

_FAULT = re.compile(r"(?::(?P<line>\d+):(?P<column>\d+))?: (?P<message>.*)", re.DOTALL)


def is_storyboard(path: Path) -> bool:
    """Whether a file is checked as a storyboard: its name ends in `.json`."""
    return path.suffix.lower() == ".json"


def check_storyboard(path: Path, text: str) -> list[Finding]:
    """The fault that keeps a file from being a storyboard (rule `storyboard`), or its false equations.

    Args:
        path: names the file.
        text: what stands in it, for the lines of findings.
    """
    from visium_graph.checks.equations import check_equations  # noqa: PLC0415  # pydantic's models load for JSON alone
    from visium_graph.errors import InputError  # noqa: PLC0415  # as above
    from visium_graph.storyboard import load_storyboard  # noqa: PLC0415  # as above

    try:
        return check_equations(load_storyboard(path), file=name_of(path), source=text)
    except InputError as error:
        fault = _FAULT.fullmatch(str(error).removeprefix(str(path)))
        assert fault is not None, "a fault of a storyboard names its file first"
        line, column = int(fault["line"] or 1), int(fault["column"] or 1)
        return [Finding(file=name_of(path), line=line, column=column, rule="storyboard", message=fault["message"])]
