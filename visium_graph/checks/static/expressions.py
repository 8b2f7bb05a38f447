"""Expressions: what each may be."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from visium_graph.checks.static.arrays import length_of
from visium_graph.checks.static.frames import Frame
from visium_graph.checks.static.library import GROUPS, MOBJECT
from visium_graph.checks.static.values import (
    ArrayValue,
    BuiltinValue,
    Cell,
    ClassValue,
    ConstantValue,
    Instance,
    LocalClass,
    LocalFunction,
    SequenceValue,
    Value,
    joined,
)

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["Expressions"]

_ELEMENTS = "manim.mobject.types.vectorized_mobject.VMobject"
_VGROUP = "manim.mobject.types.vectorized_mobject.VGroup"
_ITERATING = {"enumerate", "zip", "reversed", "sorted", "list", "tuple", "iter"}


class Expressions:
    """Finds the value of expressions.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk
        self._by_type: dict[type[ast.AST], Callable[[Any], Value]] = {
            ast.Name: walk.names.value,
            ast.Attribute: walk.attributes.value,
            ast.Call: walk.calls.value,
            ast.Constant: lambda node: ConstantValue(node.value),
            ast.Tuple: self._sequence,
            ast.List: self._sequence,
            ast.Set: self._sequence,
            ast.Dict: self._dict,
            ast.JoinedStr: self._text,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._choice,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.Lambda: self._lambda,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.Subscript: self._subscript,
            ast.NamedExpr: self._walrus,
            ast.Starred: self._starred,
            ast.Await: self._children,
            ast.Yield: self._children,
            ast.YieldFrom: self._children,
            ast.FormattedValue: self._children,
            ast.Slice: self._children,
        }

    def value(self, node: ast.expr) -> Value:
        """What an expression may be."""
        return self._by_type.get(type(node), self._children)(node)

    def promised(self, annotation: ast.expr | None) -> Value:
        """The value of a parameter from its annotation: an object of that class or of one below it."""
        if not isinstance(annotation, ast.Name):
            return None
        with self._walk.report.silence():
            value = self._walk.names.value(annotation)
        if isinstance(value, ClassValue) and self._walk.world.library.is_a(value.ref, MOBJECT):
            return Instance(value.ref, exact=False)
        return Instance(value, exact=False) if isinstance(value, LocalClass) else None

    def _children(self, node: ast.AST) -> Value:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._walk.value(child)
        return None

    def _starred(self, node: ast.Starred) -> Value:
        """As an argument, what it stands for; elsewhere its container looks for itself."""
        return self._walk.value(node.value)

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        values: list[Value] = []
        whole = True
        for element in node.elts:
            if isinstance(element, ast.Starred):
                values.append(self.element(self._walk.value(element.value)))
                whole = False
            else:
                values.append(self._walk.value(element))
        items = tuple(values) if whole and not isinstance(node, ast.Set) else None
        return SequenceValue(type(node).__name__.lower(), items, Cell(values))

    def _dict(self, node: ast.Dict) -> Value:
        self._children(node)
        return BuiltinValue("dict")

    def _text(self, node: ast.JoinedStr) -> Value:
        self._children(node)
        return BuiltinValue("str")

    def _compare(self, node: ast.Compare) -> Value:
        self._children(node)
        return None

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self._walk.value(node.operand)
        if isinstance(value, ArrayValue):
            return value
        if isinstance(value, ConstantValue) and isinstance(value.value, int | float) and isinstance(node.op, ast.USub):
            return ConstantValue(-value.value)
        return None

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self._walk.value(node.left), self._walk.value(node.right)
        arrays = [value for value in (left, right) if isinstance(value, ArrayValue)]
        if arrays:
            others = [value for value in (left, right) if not isinstance(value, ArrayValue)]
            self._walk.rules.combined(node, left, right)
            if isinstance(node.op, ast.MatMult):
                return None
            lengths = {array.length for array in arrays}
            known = all(isinstance(other, ConstantValue) or length_of(other) is not None for other in others)
            return arrays[0] if known and len(lengths) == 1 else None
        numbers = _is_number(left) and _is_number(right)
        return BuiltinValue("float") if numbers and isinstance(node.op, ast.Div) else None

    def _choice(self, node: ast.BoolOp) -> Value:
        # What stands behind `and` is reached only where the test before it held.
        result = self._walk.value(node.values[0])
        with self._walk.statements.assuming(node.values[0] if isinstance(node.op, ast.And) else None):
            for part in node.values[1:]:
                result = joined(result, self._walk.value(part))
        return result

    def _conditional(self, node: ast.IfExp) -> Value:
        self._walk.value(node.test)
        with self._walk.statements.assuming(node.test):
            one = self._walk.value(node.body)
        return joined(one, self._walk.value(node.orelse))

    def _lambda(self, node: ast.Lambda) -> Value:
        for default in [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]:
            self._walk.value(default)
        function = LocalFunction(node, self._walk.frame.scope)
        self._walk.define(function)
        return function

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self._walk.value(node.value)
        frame: Frame = self._walk.frame
        while frame.scope.kind == "comprehension" and frame.outer is not None:
            frame = frame.outer
        frame.bind(node.target.id, value)
        return value

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        walk = self._walk
        first = walk.value(node.generators[0].iter)
        outside = walk.frame
        frame = Frame(walk.inner_scope(node), outer=outside, owner=outside.owner, receiver=outside.receiver)
        frame.probing = outside.probing
        walk.frame = frame
        try:
            for place, generator in enumerate(node.generators):
                iterated = first if place == 0 else walk.value(generator.iter)
                walk.statements.assign(generator.target, self.iterated(generator.iter, iterated))
                for test in generator.ifs:
                    walk.value(test)
            guards = [test for generator in node.generators for test in generator.ifs]
            with walk.statements.assuming(*guards):
                if isinstance(node, ast.DictComp):
                    walk.value(node.key)
                    walk.value(node.value)
                    return BuiltinValue("dict")
                element = walk.value(node.elt)
        finally:
            walk.frame = outside
            outside.deferred += frame.deferred
        kind = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
        return SequenceValue(kind, None, Cell([element]))

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self._walk.value(node.value)
        place = self._walk.value(node.slice)
        if isinstance(node.slice, ast.Slice):
            return self._sliced(value)
        if isinstance(value, SequenceValue) and value.items is not None and isinstance(place, ConstantValue):
            index = place.value
            if type(index) is int and -len(value.items) <= index < len(value.items):
                return value.items[index]
            return None
        if isinstance(value, BuiltinValue | ArrayValue | ConstantValue):
            return None
        return self.element(value)

    def _sliced(self, value: Value) -> Value:
        if isinstance(value, SequenceValue):
            return SequenceValue(value.kind, None, Cell([self.element(value)]))
        if isinstance(value, Instance) and value.cell is not None:
            return Instance(value.kind, exact=True, cell=Cell([self.element(value)]))
        return None

    def element(self, value: Value) -> Value:
        """What one of the things in a value is."""
        if isinstance(value, SequenceValue):
            return None if value.cell.empty else value.cell.value
        if isinstance(value, BuiltinValue) and value.cell is not None and not value.cell.empty:
            return value.cell.value
        if not isinstance(value, Instance) or not isinstance(value.kind, str):
            return None
        library = self._walk.world.library
        if value.kind in GROUPS and (value.cell is not None or value.kind != _VGROUP):
            return value.cell.value if value.cell is not None and not value.cell.empty else None
        # Letters, bars, rows, groups that the library made: whatever is in them, it is vectorised mobjects.
        return library.instance(_ELEMENTS, exact=False) if library.is_a(value.kind, _ELEMENTS) else None

    def iterated(self, node: ast.expr, value: Value) -> Value:
        """What a loop over an expression binds."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and self._is_builtin(node.func.id):
            return self._iterated_call(node.func.id, node.args)
        if isinstance(value, BuiltinValue) and value.name == "range":
            return BuiltinValue("int")
        return self.element(value)

    def _is_builtin(self, name: str) -> bool:
        return name in _ITERATING and self._walk.frame.scope.owner_of(name) is None

    def _iterated_call(self, name: str, arguments: list[ast.expr]) -> Value:
        if not arguments or any(isinstance(argument, ast.Starred) for argument in arguments):
            return None
        with self._walk.report.silence():
            parts = [self.iterated(argument, self._walk.value(argument)) for argument in arguments]
        if name == "zip":
            return SequenceValue("tuple", tuple(parts), Cell(parts))
        if name == "enumerate":
            return SequenceValue("tuple", (BuiltinValue("int"), parts[0]), Cell([None]))
        return parts[0]


def _is_number(value: Value) -> bool:
    if isinstance(value, ConstantValue):
        return type(value.value) in {int, float}
    return isinstance(value, BuiltinValue) and value.name in {"int", "float"}
