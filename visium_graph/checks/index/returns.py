"""What functions return, as far as their annotations or their bodies say it plainly."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from types import FunctionType
from typing import Any, get_origin

import numpy as np
from typing_extensions import is_protocol

from visium_graph.checks.index.namespaces import ref_of
from visium_graph.checks.index.sources import FunctionNode, function_node, python_function

__all__ = ["Returns"]

BUILTINS = {"None", "bool", "complex", "dict", "float", "int", "list", "set", "str", "tuple"}


class Returns:
    """Reads return types.

    Args:
        classes: what an annotation may name even where it is imported for type checkers only.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self._refs = {ref_of(cls) for cls in classes}
        by_name: dict[str, set[str]] = {}
        for cls in classes:
            by_name.setdefault(cls.__name__, set()).add(ref_of(cls))
        self._unique = {name: refs.pop() for name, refs in by_name.items() if len(refs) == 1}

    def __call__(self, function: Any) -> str | None:
        """The ref of a class, `self`, the name of a builtin type (or `ndarray`, `None`), or None where it is open."""
        inner = python_function(function)
        if inner is None or inspect.iscoroutinefunction(inner) or inspect.isgeneratorfunction(inner):
            return None
        annotation = inner.__annotations__.get("return", inspect.Parameter.empty)
        if annotation is inspect.Parameter.empty:
            node = function_node(inner)
            return "self" if node is not None and _returns_self(node) else None
        if isinstance(annotation, str):
            return self._text(annotation, inner)
        return "None" if annotation is None else self._object(annotation)

    def _text(self, annotation: str, function: FunctionType) -> str | None:  # noqa: PLR0911  # one for each form
        try:
            node = ast.parse(annotation, mode="eval").body
        except SyntaxError:
            return None
        match node:
            case ast.Constant(value=None):
                return "None"
            case ast.Constant(value=str(inner)):
                return self._text(inner, function)
            case ast.Subscript(value=ast.Name(id=name)) if name in BUILTINS:
                return name
            case ast.Name(id="Self"):
                return "self"
            case ast.Name(id=name):
                return self._name(name, function)
            case ast.Attribute(attr="ndarray") | ast.Subscript(value=ast.Attribute(attr="NDArray" | "ndarray")):
                return "ndarray"
        return None

    def _name(self, name: str, function: FunctionType) -> str | None:
        value = function.__globals__.get(name)
        if value is None:
            value = _typing_alias(name)
        if value is not None:
            return self._object(value)
        return name if name in BUILTINS else self._unique.get(name)

    def _object(self, value: Any) -> str | None:
        if get_origin(value) is np.ndarray or value is np.ndarray:
            return "ndarray"
        if not inspect.isclass(value):
            return None
        if value.__module__ == "builtins" and value.__name__ in BUILTINS:
            return value.__name__
        # A protocol says what something can do, not what it is; `object` and `type` say nothing.
        ref = ref_of(value)
        return ref if ref in self._refs and value not in {object, type} and not is_protocol(value) else None


def _typing_alias(name: str) -> Any:
    """Manim's own names for arrays; they are imported for type checkers only."""
    from manim import typing  # noqa: PLC0415  # only the builder may import manim

    return getattr(typing, name, None)


def _returns_self(node: FunctionNode) -> bool:
    """Every way out of a function without an annotation hands back its receiver."""
    first = [*node.args.posonlyargs, *node.args.args][:1]
    if not first or not isinstance(node.body[-1], ast.Return):
        return False
    returned = [inner.value for inner in _own_nodes(node) if isinstance(inner, ast.Return)]
    return all(isinstance(value, ast.Name) and value.id == first[0].arg for value in returned)


def _own_nodes(node: ast.AST) -> Iterable[ast.AST]:
    """All nodes but those of functions inside."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own_nodes(child)
