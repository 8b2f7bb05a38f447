"""Default values of parameters as a person would write them in a scene: `RIGHT`, `BLUE`, `0.25`. Imports Manim."""

from __future__ import annotations

import enum
import inspect
import math
from functools import cache
from typing import Any

import numpy as np

__all__ = ["written"]

_LONGEST = 24
"""Characters of a default that still say something at a glance."""
_DIRECTIONS = ("ORIGIN", "UP", "DOWN", "LEFT", "RIGHT", "IN", "OUT", "UL", "UR", "DL", "DR")
_ANGLES = {math.tau: "TAU", math.pi: "PI", math.pi / 2: "PI / 2", math.pi / 3: "PI / 3", math.pi / 4: "PI / 4"}


def written(value: Any) -> str | None:
    """The value as code; None where that would be long, or is no code.

    Example:
        >>> written(0.25), written(None), written([-1, 1]), written(object())
        ('0.25', 'None', '[-1, 1]', None)
    """
    text = _code(value)
    return text if text is not None and len(text) <= _LONGEST else None


def _code(value: Any) -> str | None:  # noqa: PLR0911  # one for each kind of value
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, enum.Enum)):
        return repr(value)
    if isinstance(value, float):
        return _ANGLES.get(value, f"{value:.6g}")
    if isinstance(value, np.ndarray):
        return _directions().get(value.tobytes()) if value.dtype == np.float64 else None
    if type(value).__name__ == "ManimColor":
        return _colors().get(value.to_hex())
    if inspect.isfunction(value) or inspect.isclass(value):
        return value.__name__ if value.__name__.isidentifier() else None
    if isinstance(value, list | tuple):
        items = [_code(item) for item in value]
        if None in items:
            return None
        inner = ", ".join(filter(None, items))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    return "{}" if value == {} else None


@cache
def _directions() -> dict[bytes, str]:
    import manim  # noqa: PLC0415  # this process imports it anyway

    return {np.asarray(getattr(manim, name), dtype=np.float64).tobytes(): name for name in reversed(_DIRECTIONS)}


@cache
def _colors() -> dict[str, str]:
    import manim  # noqa: PLC0415  # as above

    # The first name of a colour is the usual one: GRAY before GREY, BLUE before BLUE_C.
    names = sorted((name for name in vars(manim) if name.isupper()), key=lambda name: (len(name), name))
    colors = [(getattr(manim, name), name) for name in names]
    found: dict[str, str] = {}
    for color, name in colors:
        if type(color).__name__ == "ManimColor":
            found.setdefault(color.to_hex(), name)
    return found
