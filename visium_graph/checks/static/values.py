"""What an expression may be, as far as the text proves it.

A value of None is unknown: anything that meets it is silent. The few values that can change in place (groups and
lists) carry a cell that all their names share, so that an alias sees the change too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visium_graph.checks.index.model import MethodInfo
    from visium_graph.checks.static.scopes import Scope

__all__ = [
    "Animate",
    "ArrayValue",
    "BuiltinValue",
    "Cell",
    "Choice",
    "ClassValue",
    "ConstantValue",
    "FunctionValue",
    "Instance",
    "LocalClass",
    "LocalFunction",
    "MethodValue",
    "ModuleValue",
    "SequenceValue",
    "SuperValue",
    "Value",
    "joined",
]


_OPTIONS = 8
"""Of how many classes an object may be before it counts as unknown."""


class Cell:
    """What is inside a group or a list: nothing yet, things of one kind, or things nobody knows."""

    __slots__ = ("empty", "value")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self.empty = True
        self.value: Value = None
        for value in values:
            self.put(value)

    def put(self, value: Value) -> None:
        """Adds something."""
        self.value = value if self.empty else joined(self.value, value)
        self.empty = False

    def spoil(self) -> None:
        """From here on nothing is known of the content."""
        self.put(None)


@dataclass(frozen=True, slots=True)
class LocalClass:
    """A class that the file defines.

    Attributes:
        bases: what its bases are; an unknown one is None.
        methods: its functions by name.
        members: every name its body binds.
        fields: what each attribute that its methods set on `self` was set to.
        opaque: a metaclass, a decorator or `__getattr__` makes its attributes unknowable.
    """

    node: ast.ClassDef
    bases: tuple[Value, ...]
    methods: dict[str, LocalFunction]
    members: frozenset[str]
    fields: dict[str, Value]
    opaque: bool

    @property
    def name(self) -> str:
        """As written."""
        return self.node.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalClass) and other.node is self.node

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class LocalFunction:
    """A function or lambda that the file defines, and where it was defined."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    owner: ast.ClassDef | None = None
    """The class whose body defines it."""
    decorated: bool = False
    """By something other than staticmethod, classmethod or property."""
    binding: str = "method"
    """How it is bound in a class: `method`, `static`, `class` or `property`."""


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class of the library itself, not an object of it."""

    ref: str


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function of the library."""

    ref: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module, by its dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class.

    Attributes:
        kind: ref of a library class, or a class of the file.
        exact: it is of that very class; else of it or of any class that derives from it.
        cell: what it holds, where it is a group.
    """

    kind: str | LocalClass
    exact: bool = True
    cell: Cell | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """An object of one of a few classes, as what is in a group of different things."""

    options: frozenset[Instance]


@dataclass(frozen=True, slots=True)
class Animate:
    """What `.animate` of an object gives."""

    target: Instance


@dataclass(frozen=True, slots=True)
class SuperValue:
    """`super()` within a method of a class of the file."""

    kind: LocalClass


@dataclass(frozen=True, slots=True)
class MethodValue:
    """A method on its way to being called: `circle.shift`, `circle.animate.shift`."""

    receiver: Value
    name: str
    method: MethodInfo | LocalFunction | None
    """None where it exists and nothing more is known."""


@dataclass(frozen=True, slots=True)
class BuiltinValue:
    """An object of one of Python's own types, or of numpy's `ndarray`, by the type's name."""

    name: str
    cell: Cell | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """A literal string, number, bytes, True, False, None or Ellipsis."""

    value: object


@dataclass(slots=True, eq=False)
class SequenceValue:
    """A literal list or tuple.

    Attributes:
        kind: `list`, `tuple` or `set`.
        items: its elements as long as nothing can have changed them, else None.
        cell: what may be in it.
    """

    kind: str
    items: tuple[Value, ...] | None
    cell: Cell

    def spoil(self) -> None:
        """Somebody may have changed it."""
        self.items = None
        self.cell.spoil()


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """A one-dimensional array of numbers whose length is known."""

    length: int


Value = (
    None
    | Animate
    | ArrayValue
    | BuiltinValue
    | Choice
    | ClassValue
    | ConstantValue
    | FunctionValue
    | Instance
    | LocalClass
    | LocalFunction
    | MethodValue
    | ModuleValue
    | SequenceValue
    | SuperValue
)


def joined(one: Value, other: Value) -> Value:  # noqa: PLR0911  # one for each kind of value
    """What is known where a value is the one or the other."""
    if one is other:
        return one
    if isinstance(one, Instance) and isinstance(other, Instance) and one.kind == other.kind:
        cell = one.cell if one.cell is other.cell else _mixed(one.cell, other.cell)
        return Instance(one.kind, one.exact and other.exact, cell)
    if isinstance(one, Instance | Choice) and isinstance(other, Instance | Choice):
        options = _options(one) | _options(other)
        return Choice(options) if len(options) <= _OPTIONS else None
    if isinstance(one, SequenceValue) and isinstance(other, SequenceValue) and one.kind == other.kind:
        same = one.items == other.items
        return SequenceValue(one.kind, one.items if same else None, _mixed(one.cell, other.cell) or Cell([None]))
    if isinstance(one, ConstantValue) and isinstance(other, ConstantValue):
        if type(one.value) is not type(other.value):
            return None
        return one if one == other else BuiltinValue(type(one.value).__name__)
    return one if one == other else None


def _options(value: Instance | Choice) -> frozenset[Instance]:
    return value.options if isinstance(value, Choice) else frozenset({value})


def _mixed(one: Cell | None, other: Cell | None) -> Cell | None:
    # Two groups under one name: what is added to it later goes to an unknown one of them, so nothing is known.
    return None if one is None or other is None else Cell([None])
