"""The static check of one file: its text in, findings out. The text is never imported or run."""

from __future__ import annotations

import ast
import warnings

from visium_graph.checks.finding import Finding
from visium_graph.checks.index import load_index
from visium_graph.checks.index.model import Index
from visium_graph.checks.static.report import Report
from visium_graph.checks.static.source import Source, Span
from visium_graph.checks.static.walker import Walker
from visium_graph.parsing import parse_module

__all__ = ["check_source"]


def check_source(source: str, file: str = "scene.py", index: Index | None = None) -> list[Finding]:
    """What can be said of a scene file without running it.

    Args:
        source: the file's text.
        file: its name, as findings carry it.
        index: of the installed manim; by default the cached one, made when it is first needed.

    Returns:
        Findings by line. Errors are proven: the code would raise if the line were reached.

    Raises:
        EnvironmentFault: there is no index and none can be made.
    """
    report = Report(file)
    text = Source(source)
    tree = _parsed(source, text, report)
    if tree is not None:
        walker = Walker(text, tree, index or load_index(), report)
        walker.run()
        _compiles(tree, report)
        broken = any(finding.rule == "syntax" for finding in report.findings.values())
        if not broken and not walker.has_scene():
            report.add("no-scene", Span(1, 1, 1, 1), "the file defines no scene: a class that derives from `Scene`")
    return sorted(report.findings.values(), key=lambda finding: (finding.line, finding.column, finding.rule))


def _parsed(source: str, text: Source, report: Report) -> ast.Module | None:
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        report.add("syntax", Span(line, 1, line, 1), "the file contains a null byte: it is not Python")
        return None
    try:
        return parse_module(source.removeprefix("\ufeff"))
    except SyntaxError as error:
        _syntax(error, text, report)
    except (RecursionError, MemoryError):
        report.add("syntax", Span(1, 1, 1, 1), "the code is nested too deeply for Python to read")
    except ValueError as error:
        report.add("syntax", Span(1, 1, 1, 1), f"Python cannot read the file: {error}")
    return None


def _compiles(tree: ast.Module, report: Report) -> None:
    """What only the compiler refuses: `return` outside a function, a name that is global and a parameter, ..."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, report.file, "exec", dont_inherit=True)
    except SyntaxError as error:
        if "keyword argument repeated" not in (error.msg or ""):
            line, column = error.lineno or 1, max(1, error.offset or 1)
            report.add("syntax", Span(line, column, line, column), _worded(error))
    except (RecursionError, MemoryError):
        report.add("syntax", Span(1, 1, 1, 1), "the code is nested too deeply for Python to compile")
    except ValueError as error:
        report.add("syntax", Span(1, 1, 1, 1), f"Python cannot compile the file: {error}")


def _syntax(error: SyntaxError, text: Source, report: Report) -> None:
    line = min(max(1, error.lineno or 1), max(1, len(text.lines)))
    column = max(1, min(error.offset or 1, len(text.line(line)) + 1))
    same_line = error.end_lineno == line and (error.end_offset or 0) > column
    end = error.end_offset if same_line and error.end_offset else column
    report.add("syntax", Span(line, column, line, end), _worded(error))


def _worded(error: SyntaxError) -> str:
    kind = type(error).__name__
    message = error.msg or "invalid syntax"
    return message if kind == "SyntaxError" else f"{kind}: {message}"
