r"""Edits of a draft by lines: where a writer may change something, and how its edits are applied.

Lines count from 1, as findings count them. Edits are whole lines, applied from the bottom up, so that the numbers of
each are those of the draft as it was shown; their indentation stays as it was given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from visium_graph.agents.complaints import RULE
from visium_graph.checks.excerpt import lines_of
from visium_graph.checks.finding import Finding
from visium_graph.parsing import parse_module

__all__ = [
    "EditError",
    "LineEdit",
    "Scope",
    "Span",
    "apply_edits",
    "editable",
    "failing_lines",
    "parsed",
    "scope_for",
]

Scope = Literal["lines", "block", "whole"]
"""How much of a draft is written anew."""

Span = tuple[int, int]
"""First and last line, both included."""

_AROUND = 6
"""Lines above and below a failing line that an edit may touch: what is wrong with a text is often where it was placed."""
_NUMBERED = re.compile(r"^ *\d+ \| ?")
_ALSO = re.compile(r"\bline (\d+)")
_BEAT = re.compile(r"\bbeat(?:\((\d+)\)| (\d+))")
_PLACELESS = 1
"""The line of a finding that is about no line."""
_UNREADABLE = frozenset({"syntax", "encoding", "no-scene"})


class LineEdit(BaseModel):
    """Replace the lines from `first_line` to `last_line`, both included, by `replacement`."""

    model_config = ConfigDict(extra="forbid")

    first_line: int = Field(ge=1)
    last_line: int = Field(ge=1)
    replacement: str
    """The new lines with their full indentation, without line numbers; empty to delete the old ones."""


class EditError(ValueError):
    """Edits that cannot be applied, or that would do harm; the message says why."""


def scope_for(round: int, findings: Iterable[Finding], code: str) -> Scope:  # noqa: A002  # the crew's word for it
    """How much to write anew: lines first, their blocks next, then everything; at once where nothing can be read.

    Args:
        round: number of the draft that the repair makes, counted from 0: the first repair is round 1.
        findings: what is wrong with the draft.
        code: the draft.
    """
    errors = {finding.rule for finding in findings if finding.severity == "error"}
    if round > 2 or errors & _UNREADABLE or parsed(code) is None:
        return "whole"
    return "lines" if round <= 1 else "block"


def failing_lines(code: str, findings: Iterable[Finding]) -> list[int]:
    """Lines that findings are about: their own, those they name, and the begin of a beat they name, in order."""
    count = _count(code)
    beats = _beats(code)
    found: set[int] = set()
    for finding in findings:
        named = {int(number) for number in _ALSO.findall(finding.message)}
        if finding.line != _PLACELESS:
            named |= set(range(finding.line, min(finding.end_line or finding.line, finding.line + _AROUND) + 1))
        if not named:
            # A beat that is spoken nowhere belongs next to the one before it.
            spoken = [number for beat in _spoken(finding) for number in (beat, beat - 1)]
            named = {beats[number][0] for number in spoken if number in beats}
        found |= named
    return sorted(line for line in found if 1 <= line <= count)


def editable(code: str, findings: Sequence[Finding], scope: Scope) -> list[Span]:
    """The stretches of a draft that a repair of this scope may change; all of it where findings name no place."""
    whole = (1, _count(code))
    findings = list(findings)
    places = failing_lines(code, findings)
    # A reviewer names the beat where something is seen, not the line that made it: that may be far above.
    if scope == "whole" or not places or any(finding.rule == RULE for finding in findings):
        return [whole]
    tree, beats = parsed(code), _beats(code)
    # What stands in a wrong place may have been moved there: the beat in which it is seen may be changed too.
    seen = [beats[number] for finding in findings for number in _spoken(finding) if number in beats]
    if scope == "lines" or tree is None:
        around = [(max(1, line - _AROUND), min(whole[1], line + _AROUND)) for line in places]
        return _merged([*around, *seen])
    return _merged([*(_block(tree, line, whole) for line in places), *seen])


def apply_edits(code: str, edits: Sequence[LineEdit], within: Sequence[Span]) -> str:
    r"""The code after its edits.

    Args:
        code: as it was shown.
        edits: by the lines of `code`, in any order.
        within: stretches that may be changed; an edit must lie in one of them.

    Raises:
        EditError: an edit lies outside the code or the stretches, two overlap, nothing changes, or code that Python
            could read before would no longer be so.

    Example:
        >>> apply_edits("a = 1\nb = 2\n", [LineEdit(first_line=2, last_line=2, replacement="b = 3")], [(1, 2)])
        'a = 1\nb = 3\n'
    """
    lines = lines_of(code)
    ordered = sorted(edits, key=lambda edit: (edit.first_line, edit.last_line))
    _validate(ordered, _count(code), within)
    for edit in reversed(ordered):
        lines[edit.first_line - 1 : edit.last_line] = _new_lines(edit.replacement)
    result = "\n".join(lines)
    if result == "\n".join(lines_of(code)):
        raise EditError("the edits change nothing: the code is the same as before")
    if parsed(code) is not None:
        _require_python(result)
    return result


def parsed(code: str) -> ast.Module | None:
    """The syntax tree; None where Python cannot read the code."""
    try:
        return parse_module(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _count(code: str) -> int:
    """Lines of a code as they are shown: what follows the last line's end is none."""
    return max(1, len(lines_of(code.rstrip("\n"))))


def _validate(ordered: Sequence[LineEdit], count: int, within: Sequence[Span]) -> None:
    if not ordered:
        raise EditError("there are no edits")
    allowed = ", ".join(f"{first}-{last}" for first, last in within)
    end = 0
    for edit in ordered:
        place = f"the edit of lines {edit.first_line}-{edit.last_line}"
        if edit.last_line < edit.first_line:
            raise EditError(f"{place} ends before it begins")
        if edit.last_line > count:
            raise EditError(f"{place} lies beyond the last line, {count}")
        if not any(first <= edit.first_line and edit.last_line <= last for first, last in within):
            raise EditError(f"{place} lies outside the lines that may be changed ({allowed})")
        if edit.first_line <= end:
            raise EditError(f"{place} overlaps another edit: each line may be replaced once")
        end = edit.last_line


def _new_lines(replacement: str) -> list[str]:
    if replacement == "":
        return []
    lines = lines_of(replacement)
    if len(lines) > 1 and lines[-1] == "":
        lines = lines[:-1]  # the end of the last line, not a line more
    if all(_NUMBERED.match(line) for line in lines):
        lines = [_NUMBERED.sub("", line) for line in lines]
    return lines


def _require_python(code: str) -> None:
    try:
        parse_module(code)
    except SyntaxError as error:
        lines = lines_of(code)
        line = min(max(1, error.lineno or 1), len(lines))
        raise EditError(
            f"after the edits Python cannot read the code: {error.msg} (new line {line}: {lines[line - 1].strip()[:80]!r})"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise EditError(f"after the edits Python cannot read the code: {error}") from None


def _spoken(finding: Finding) -> list[int]:
    """The beats that a finding names."""
    return [int(first or second) for first, second in _BEAT.findall(finding.message)]


def _beats(code: str) -> dict[int, Span]:
    """Beat index -> its `with self.beat(index)` block."""
    tree = parsed(code)
    found: dict[int, Span] = {}
    for node in ast.walk(tree) if tree is not None else ():
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="beat"), args=[ast.Constant(value=int(index))]):
                    found.setdefault(index, _span(node))
    return found


def _block(tree: ast.Module, line: int, whole: Span) -> Span:
    """The block that a line stands in: a beat, the statements between two beats, a helper; else all there is."""
    function = _function_at(tree, line)
    if function is None:
        return whole
    inside = next((node for node in function.body if node.lineno <= line <= (node.end_lineno or 0)), None)
    has_beats = any(isinstance(node, ast.With) for node in function.body)
    if inside is None or not has_beats:
        return _span(function)
    if isinstance(inside, ast.With):
        return _span(inside)
    index = function.body.index(inside)
    first = last = index
    while first > 0 and not isinstance(function.body[first - 1], ast.With):
        first -= 1
    while last + 1 < len(function.body) and not isinstance(function.body[last + 1], ast.With):
        last += 1
    return _span(function.body[first])[0], _span(function.body[last])[1]


def _function_at(tree: ast.Module, line: int) -> ast.FunctionDef | None:
    """The outermost function around a line: a method, or a function of the module."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for body in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef) and _span(node)[0] <= line <= _span(node)[1]:
                return node
    return None


def _span(node: ast.stmt) -> Span:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)]), node.end_lineno or node.lineno


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same lines in stretches that do not touch."""
    result: list[Span] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return result
