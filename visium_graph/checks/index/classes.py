"""Descriptions of classes and functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from visium_graph.checks.index.callables import UNKNOWN_PARAMS
from visium_graph.checks.index.keywords import Accepted, Keywords
from visium_graph.checks.index.model import ClassInfo, FunctionInfo, MethodInfo, MethodKind, Signature
from visium_graph.checks.index.namespaces import ref_of

__all__ = ["Describer"]


class Describer:
    """Describes the classes and functions of a library.

    Args:
        classes: all that will be described.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self._keywords = Keywords(classes)

    def function(self, ref: str, function: Callable[..., Any]) -> FunctionInfo:
        """A function of a module."""
        return FunctionInfo(ref, function.__name__, _signature(self._keywords.of_function(function)), None)

    def cls(self, ref: str, cls: type) -> ClassInfo:
        """A class with all it inherits."""
        members = frozenset(dir(cls))
        methods = {name: method for name in sorted(members) if (method := self._method(cls, name)) is not None}
        return ClassInfo(
            ref=ref,
            name=cls.__name__,
            mro=tuple(ref_of(base) for base in cls.__mro__),
            init=_signature(self._keywords.of_class(cls)) or Signature(UNKNOWN_PARAMS, None),
            methods=methods,
            attributes=members,
            members=members,
        )

    def _method(self, cls: type, name: str) -> MethodInfo | None:
        static = inspect.getattr_static(cls, name)
        if isinstance(static, property | functools.cached_property):
            return MethodInfo(name, "property", None, None)
        kind: MethodKind = "method"
        if isinstance(static, staticmethod | classmethod):
            kind = "static" if isinstance(static, staticmethod) else "class"
        elif not inspect.isroutine(static):
            return None
        return MethodInfo(name, kind, _signature(self._keywords.of_method(cls, name)), None)


def _signature(accepted: Accepted) -> Signature | None:
    if accepted.params is None:
        return None
    keys = accepted.keys
    if keys.rest == "unknown":
        return Signature(accepted.params, None)
    return Signature(accepted.params, keys.names, swallows_unknown=keys.rest == "ignored")
