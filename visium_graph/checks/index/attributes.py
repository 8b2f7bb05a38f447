"""The attributes that instances may have: those their class's sources set, and those the library sets from outside."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from visium_graph.checks.index.sources import FunctionNode, class_node, module_tree

__all__ = ["Attributes", "is_opaque", "synthesises"]

ROOTS = frozenset({"Animation", "Mobject", "OpenGLMobject"})
"""Kinds of objects that other parts of the library write on."""


class Attributes:
    """Finds attributes.

    Args:
        classes: the library's.
        files: its sources that write on mobjects and animations of others.
    """

    def __init__(self, classes: Iterable[type], files: Iterable[str]) -> None:
        self._by_class = {cls: frozenset(_own(cls)) for cls in classes}
        written = {name for file in files for name in _written_from_outside(file)}
        # What some of these classes have by themselves is written on objects of those classes; only what none of them
        # has could be on any.
        owned = {name for cls, own in self._by_class.items() if _is_written_on(cls) for name in own | vars(cls).keys()}
        self.from_outside = frozenset(written - owned)

    def of(self, cls: type) -> frozenset[str]:
        """Everything that may exist on an instance."""
        names = frozenset(dir(cls)).union(*(self._by_class.get(base, frozenset()) for base in cls.__mro__))
        return names | self.from_outside if _is_written_on(cls) else names


def _is_written_on(cls: type) -> bool:
    return any(base.__name__ in ROOTS for base in cls.__mro__)


def is_opaque(cls: type) -> bool:
    """Whether instances make attributes up, or come from code that cannot be read."""
    for base in cls.__mro__:
        space: Mapping[str, Any] = vars(base)
        if _is_python(space.get("__getattribute__")) or ("__getattr__" in space and not synthesises(base)):
            return True
        # Python's own and what is written in C tell all they have by `dir`; for the rest there must be a source.
        if base.__module__.partition(".")[0] in sys.stdlib_module_names:
            continue
        if any(map(_is_python, space.values())) and class_node(base) is None:
            return True
    return False


def synthesises(cls: type) -> bool:
    """Whether `get_x` and `set_x` are made on demand, as Mobject does."""
    function = next((vars(base)["__getattr__"] for base in cls.__mro__ if "__getattr__" in vars(base)), None)
    code = getattr(function, "__code__", None)
    return code is not None and {"get_", "set_"} <= set(code.co_consts)


def _is_python(value: Any) -> bool:
    return inspect.isfunction(value)


def _own(cls: type) -> Iterator[str]:
    """Attributes that the body of a class and its methods set."""
    node = class_node(cls)
    for statement in node.body if node else ():
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _set_in(statement)


def _set_in(function: FunctionNode) -> Iterator[str]:
    receiver = _receiver(function)
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()) if name == receiver:
                yield attr
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attr)), _]) if (
                name == receiver
            ):
                yield attr


def _receiver(function: FunctionNode) -> str | None:
    first = [*function.args.posonlyargs, *function.args.args][:1]
    return first[0].arg if first else None


def _written_from_outside(file: str) -> Iterator[str]:
    """Attributes set on anything but a method's own receiver."""
    tree = module_tree(file)
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Attribute(value=value, attr=attr, ctx=ast.Store()):
                if not (isinstance(value, ast.Name) and value.id in {"self", "cls"}):
                    yield attr
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attr)), _]):
                if name not in {"self", "cls"}:
                    yield attr
