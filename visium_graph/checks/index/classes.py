"""Descriptions of classes and functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from visium_graph.checks.index.callables import UNKNOWN_PARAMS, parameters
from visium_graph.checks.index.model import ClassInfo, FunctionInfo, MethodInfo, MethodKind, Param, Signature
from visium_graph.checks.index.namespaces import ref_of

__all__ = ["describe_class", "describe_function"]


def describe_function(ref: str, function: Callable[..., Any]) -> FunctionInfo:
    """A function of a module."""
    return FunctionInfo(ref, function.__name__, _signature(parameters(function, receiver=False)), None)


def describe_class(ref: str, cls: type) -> ClassInfo:
    """A class with all it inherits."""
    members = frozenset(dir(cls))
    methods = {}
    for name in sorted(members):
        method = _method(cls, name)
        if method is not None:
            methods[name] = method
    return ClassInfo(
        ref=ref,
        name=cls.__name__,
        mro=tuple(ref_of(base) for base in cls.__mro__),
        init=_init(cls),
        methods=methods,
        attributes=members,
        members=members,
    )


def _init(cls: type) -> Signature:
    return _signature(parameters(inspect.getattr_static(cls, "__init__"), receiver=True)) or Signature(UNKNOWN_PARAMS, None)


def _method(cls: type, name: str) -> MethodInfo | None:
    static = inspect.getattr_static(cls, name)
    if isinstance(static, property | functools.cached_property):
        return MethodInfo(name, "property", None, None)
    kind: MethodKind = "method"
    if isinstance(static, staticmethod | classmethod):
        kind = "static" if isinstance(static, staticmethod) else "class"
        static = static.__func__
    elif not inspect.isroutine(static):
        return None
    return MethodInfo(name, kind, _signature(parameters(static, receiver=kind != "static")), None)


def _signature(params: tuple[Param, ...] | None) -> Signature | None:
    if params is None:
        return None
    if any(param.kind == "varkw" for param in params):
        return Signature(params, None)
    return Signature(params, frozenset(param.name for param in params if param.kind in {"either", "keyword"}))
