"""A job's result as findings, in the caller's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from visium_graph.checks.finding import Finding

if TYPE_CHECKING:  # who only reads code needs no sandbox
    from visium_graph.sandbox.job import JobResult

__all__ = ["findings_of", "texts_of"]

_RULES = {"timeout": "time-limit", "memory": "memory-limit", "limit": "resource-limit", "crashed": "crash"}
_SUGGESTIONS = {
    "timeout": "look for a loop that does not end, or for far too many objects",
    "memory": "look for a list or a group that keeps growing",
    "limit": "look for a loop that prints, writes files or starts threads without end",
}


def findings_of(result: JobResult, file: str) -> list[Finding]:
    """What a job has to say about its scene: the check's findings, or why a check or a render did not end well.

    Args:
        result: of a `check` or `render` job.
        file: the scene file, as findings should name it.
    """
    if result.status == "done":
        try:
            return [Finding.model_validate({**finding, "file": file}) for finding in result.value.get("findings", [])]
        except (ValidationError, TypeError):  # the scene's code shares its process with the check
            message = "the check was tampered with: what it found cannot be read"
            return [Finding(file=file, rule="crash", message=message)]
    fault = result.fault
    line = fault.line if fault is not None else 1
    message = fault.message if fault is not None else f"the scene's process ended: {result.status}"
    if result.status == "error":
        kind = fault.type if fault is not None else "error"
        rule = {"SyntaxError": "syntax", "FormulaError": "formula", "NoSceneError": "no-scene"}.get(kind, "exception")
        text = f"{kind}: {message}" if rule == "exception" else message
        return [Finding(file=file, line=line, rule=rule, message=text)]
    if result.status == "timeout" and line > 1:
        message += f"; it was at line {line} when it was stopped"
    suggestion = _SUGGESTIONS.get(result.status)
    return [Finding(file=file, line=line, rule=_RULES[result.status], message=message, suggestion=suggestion)]


def texts_of(result: JobResult) -> list[list[str]]:
    """The texts that a check measured on the frame at each beat's end; empty where they are not known.

    Args:
        result: of a `check` job.
    """
    texts = result.value.get("texts") if result.status == "done" else None
    try:
        return TypeAdapter(list[list[str]]).validate_python(texts or [], strict=True)
    except ValidationError:  # the scene's code shares its process with the check
        return []
