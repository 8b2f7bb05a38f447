"""How things may be called and what they return, as their own definitions say."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from visium_graph.checks.index.defaults import written
from visium_graph.checks.index.model import Param, ParamKind

__all__ = ["UNKNOWN_PARAMS", "parameters"]

KINDS: dict[Any, ParamKind] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "varargs",
    inspect.Parameter.VAR_KEYWORD: "varkw",
}

UNKNOWN_PARAMS = (Param("args", "varargs", required=False), Param("kwargs", "varkw", required=False))


@cache
def parameters(function: Any, *, receiver: bool) -> tuple[Param, ...] | None:
    """The parameters of a callable, without its receiver; None where Python cannot say.

    Args:
        function: as it stands in its class or module.
        receiver: its first parameter is `self` or `cls`.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    params = list(signature.parameters.values())
    if receiver:
        if not params:
            return None
        # A receiver taken by `*args` leaves the rest as it is.
        params = params if params[0].kind is inspect.Parameter.VAR_POSITIONAL else params[1:]
    empty = inspect.Parameter.empty
    variable = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return tuple(
        Param(
            p.name,
            KINDS[p.kind],
            p.default is empty and p.kind not in variable,
            None if p.default is empty else written(p.default),
        )
        for p in params
    )
