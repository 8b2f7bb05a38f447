"""Descriptions of classes and functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from visium_graph.checks.index.attributes import Attributes, is_opaque, synthesises
from visium_graph.checks.index.callables import UNKNOWN_PARAMS
from visium_graph.checks.index.keywords import Accepted, Keywords
from visium_graph.checks.index.model import ClassInfo, FunctionInfo, MethodInfo, MethodKind, Signature
from visium_graph.checks.index.namespaces import ref_of
from visium_graph.checks.index.returns import Returns

__all__ = ["Describer"]


class Describer:
    """Describes the classes and functions of a library.

    Args:
        classes: all that will be described.
        files: sources in which attributes of others are set.
    """

    def __init__(self, classes: Iterable[type], files: Iterable[str]) -> None:
        self._keywords = Keywords(classes)
        self._attributes = Attributes(classes, files)
        self._returns = Returns(classes)

    def function(self, ref: str, function: Callable[..., Any]) -> FunctionInfo:
        """A function of a module."""
        return FunctionInfo(
            ref, function.__name__, _signature(self._keywords.of_function(function)), self._returns(function)
        )

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
            attributes=self._attributes.of(cls),
            members=members,
            opaque=is_opaque(cls),
            synthesises=synthesises(cls),
        )

    def _method(self, cls: type, name: str) -> MethodInfo | None:
        static = inspect.getattr_static(cls, name)
        if isinstance(static, property | functools.cached_property):
            getter = static.fget if isinstance(static, property) else static.func
            return MethodInfo(name, "property", None, self._returns(getter))
        kind: MethodKind = "method"
        if isinstance(static, staticmethod | classmethod):
            kind = "static" if isinstance(static, staticmethod) else "class"
        elif not inspect.isroutine(static):
            return None
        function = getattr(static, "__func__", static)
        return MethodInfo(name, kind, _signature(self._keywords.of_method(cls, name)), self._returns(function))


def _signature(accepted: Accepted) -> Signature | None:
    if accepted.params is None:
        return None
    keys = accepted.keys
    if keys.rest == "unknown":
        return Signature(accepted.params, None)
    return Signature(accepted.params, keys.names, swallows_unknown=keys.rest == "ignored")
