"""What a scene's code raised, as a finding that its author can act on. Imports Manim."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

from manim import Animation, Mobject
from manim.mobject.text.tex_mobject import SingleStringMathTex

from visium_graph.sandbox.fault import fault_of
from visium_graph.sandbox.scene_code import NoSceneError
from visium_graph.stage import FormulaError

__all__ = ["exception_finding", "syntax_finding"]

Finding = dict[str, Any]

_SHAPE = re.compile(
    r"could not broadcast|broadcast together|inhomogeneous|not aligned|mismatch in its core dimension|cannot reshape"
    r"|array element with a sequence|array dimensions|index \d+ is out of bounds for axis|to have shape"
    r"|must match exactly|only length-1 arrays|incompatible dimensions|unpack \(expected 3, got 2\)"
)
_TWO = re.compile(r"\((?:\d+, ?)?2,?\)|got 2|size 2\b")
_UNEVEN = re.compile(r"^zip\(\) argument \d+ is (shorter|longer) than")
_TRANSFORMS = ("transform.py", "transform_matching_parts.py")
_ALIGNING = frozenset({"align_data", "align_points", "become", "get_mobject_parts"})
_EMPTY = re.compile(r"has no points|empty sequence|play\(\) has a total run_time of 0 |division by zero|out of range")


def syntax_finding(error: SyntaxError | ValueError) -> Finding:
    """The finding for a file that does not compile."""
    if not isinstance(error, SyntaxError):
        return {"rule": "syntax", "severity": "error", "message": str(error)}
    finding: Finding = {"rule": "syntax", "severity": "error", "message": error.msg}
    finding["line"] = error.lineno or 1
    finding["column"] = max(1, error.offset or 1)
    if error.end_lineno and error.end_lineno >= finding["line"]:
        finding["end_line"] = error.end_lineno
    return finding


def exception_finding(error: BaseException, path: Path) -> Finding:
    """The finding for anything that a scene raised while it ran.

    Args:
        error: the exception with its traceback.
        path: the scene file, to tell its lines from the library's.
    """
    fault = fault_of(error, path)
    finding: Finding = {"rule": "exception", "severity": "error", "line": fault.line}
    text = f"{fault.type}: {fault.message}"
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, NoSceneError):
        return finding | {"rule": "no-scene", "message": fault.message}
    if isinstance(error, FormulaError) or fault.message.startswith("latex error"):
        return finding | {"rule": "formula", "message": _with_formula(fault.message, frames)}
    if "is spoken twice" in fault.message:
        suggestion = "speak every beat in one `with self.beat(...)` block; put both parts into it"
        return finding | {"rule": "beat-repeated", "message": fault.message, "suggestion": suggestion}
    for told in (_redrawn(error, frames), _transform(error, frames), _shape(error), _empty(error, frames)):
        if told is not None:
            rule, reason, suggestion = told
            return finding | {"rule": rule, "message": f"{reason} ({text})", "suggestion": suggestion}
    return finding | {"message": text}


def _with_formula(message: str, frames: list[Any]) -> str:
    """The message with the offending formula, where it does not name it."""
    for frame in reversed(frames):
        owner = frame.f_locals.get("self")
        formula = getattr(owner, "tex_string", None) if isinstance(owner, SingleStringMathTex) else None
        if formula:
            return message if formula in message or message.startswith("formula ") else f"formula {formula}: {message}"
    return message


def _redrawn(error: BaseException, frames: list[Any]) -> tuple[str, str, str] | None:
    """A thing with an updater whose parts are not those that its animation began with."""
    if not isinstance(error, ValueError) or not _UNEVEN.search(str(error)):
        return None
    animated = [frame.f_locals.get("self") for frame in frames if frame.f_code.co_name in {"interpolate", "update"}]
    if not any(isinstance(item, Animation) for item in animated):
        return None
    return (
        "transform",
        "what is redrawn all the time has other parts now than when its animation began",
        "bring it in with self.add(...) alone, when nothing that it is computed from is being created",
    )


def _transform(error: BaseException, frames: list[Any]) -> tuple[str, str, str] | None:
    """Two things that cannot turn into each other."""
    codes = [frame.f_code for frame in frames]
    inside = any(Path(code.co_filename).name in _TRANSFORMS for code in codes)
    aligning = any(code.co_name in _ALIGNING for code in codes)
    if not (inside or aligning) or isinstance(error, RecursionError) or "unexpected keyword" in str(error):
        return None
    for frame in reversed(frames):
        pair = _pair(frame.f_locals)
        if pair is not None:
            first, second = (type(item).__name__ for item in pair)
            break
    else:
        return None
    if all(isinstance(item, Mobject) for item in pair):
        advice = "use FadeTransform, or FadeOut the one and FadeIn the other"
    else:
        advice = "give Transform two mobjects: build the target first, a group for several"
    return "transform", f"a {first} cannot turn into a {second}", advice


def _pair(scope: dict[str, Any]) -> tuple[Any, Any] | None:
    owner = scope.get("self")
    for first, second in (("mobject", "target_mobject"), ("self", "mobject"), ("self", "vmobject")):
        if first in scope and second in scope and isinstance(scope[first], Mobject):
            return scope[first], scope[second]
    if owner is not None and hasattr(owner, "target_mobject") and hasattr(owner, "mobject"):
        return owner.mobject, owner.target_mobject
    return None


def _shape(error: BaseException) -> tuple[str, str, str] | None:
    message = str(error)
    if not isinstance(error, ValueError | IndexError | TypeError) or not _SHAPE.search(message):
        return None
    if "sequence" not in message and _TWO.search(message):
        return (
            "shape",
            "a point with two coordinates where three are needed",
            "write points as [x, y, 0], or as axes.c2p(x, y)",
        )
    if "sequence" in message:
        return (
            "shape",
            "a list where a number belongs, or lists of different lengths",
            "give each coordinate as one number; points are [x, y, 0]",
        )
    return "shape", "arrays of shapes that do not fit", "print the shapes; points are arrays of shape (3,) or (n, 3)"


def _empty(error: BaseException, frames: list[Any]) -> tuple[str, str, str] | None:
    """An empty group, path or animation group that something was asked of."""
    message = str(error)
    if not isinstance(error, ValueError | IndexError | ZeroDivisionError | AttributeError) or not _EMPTY.search(
        message
    ):
        return None
    if "total run_time of 0" in message:
        return (
            "empty-group",
            "an animation without anything to animate",
            "give LaggedStart or AnimationGroup animations",
        )
    owners = [frame.f_locals.get("self") for frame in reversed(frames)]
    owner = next((item for item in owners if isinstance(item, Mobject)), None)
    if owner is None or len(owner.get_family()) > 1 or len(owner.points):
        return None
    kind = type(owner).__name__
    return "empty-group", f"an empty {kind} has nothing to take", "fill it first; look at what its items are made from"
