"""The syntax trees of functions and classes, found again from the objects they became."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

__all__ = ["FunctionNode", "class_node", "function_node", "module_tree", "python_function"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def module_tree(file: str) -> ast.Module | None:
    """The tree of a source file; None where it is no Python that can be read."""
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


@cache
def _by_line(file: str) -> dict[int, FunctionNode | ast.ClassDef]:
    """Functions and classes by the line Python knows them by: that of the first decorator."""
    tree = module_tree(file)
    return {
        min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]): node
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def python_function(value: Any) -> FunctionType | None:
    """The function written in Python behind decorators that kept it; None for anything else."""
    try:
        inner = inspect.unwrap(value)
    except ValueError:
        return None
    return inner if isinstance(inner, FunctionType) else None


def function_node(function: FunctionType) -> FunctionNode | None:
    """The tree of a function; None for a lambda and where there is no source."""
    code = function.__code__
    node = _by_line(code.co_filename).get(code.co_firstlineno)
    return node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == code.co_name else None


def class_node(cls: type) -> ast.ClassDef | None:
    """The tree of a class; None where there is no source."""
    try:
        file = inspect.getsourcefile(cls)
    except TypeError:
        return None
    tree = module_tree(file) if file else None
    found: ast.ClassDef | None = None
    where: ast.AST | None = tree
    for name in cls.__qualname__.split("."):
        if name == "<locals>" or where is None:
            return None
        found = _nested(where, name)
        where = found
    return found


def _nested(where: ast.AST, name: str) -> ast.ClassDef | None:
    """The last class of that name in a body, also inside `if` and `try`."""
    found = None
    for node in ast.iter_child_nodes(where):
        if isinstance(node, ast.ClassDef):
            found = node if node.name == name else found
        elif isinstance(node, ast.If | ast.Try | ast.ExceptHandler | ast.With):
            found = _nested(node, name) or found
    return found
