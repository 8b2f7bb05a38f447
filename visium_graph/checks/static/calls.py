"""Calls: arguments against signatures, what comes back, and what changes on the way."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from visium_graph.checks.index.model import MethodInfo, Signature
from visium_graph.checks.static.arrays import length_of
from visium_graph.checks.static.attributes import MADE_UP
from visium_graph.checks.static.signatures import Arguments, Mismatch, mismatches, signature_of
from visium_graph.checks.static.source import Span
from visium_graph.checks.static.values import (
    Animate,
    ArrayValue,
    BuiltinValue,
    Cell,
    ClassValue,
    FunctionValue,
    Instance,
    LocalClass,
    LocalFunction,
    MethodValue,
    SequenceValue,
    SuperValue,
    Value,
)
from visium_graph.checks.static.world import signature_of_method

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["Call", "Calls"]

_GIVES = {
    "len": "int",
    "int": "int",
    "float": "float",
    "str": "str",
    "repr": "str",
    "range": "range",
    "dict": "dict",
    "bool": "bool",
    "set": "set",
}
"""What Python's own functions give."""
_CHANGING = frozenset({"append", "add", "insert", "extend", "pop", "remove", "clear", "sort", "reverse", "update"})
_REDRAWN = "manim.animation.updaters.mobject_update_utils.always_redraw"
_ROTATING = "manim.animation.updaters.mobject_update_utils.always_rotate"
_FOLLOWING = {"UpdateFromFunc", "UpdateFromAlphaFunc"}


@dataclass(frozen=True)
class Call:
    """A call once its parts are known.

    Attributes:
        name: how a message calls it: `Circle`, `shift`.
        function: what is called.
        signature: of it, where it is known for sure.
    """

    node: ast.Call
    name: str
    function: Value
    arguments: Arguments
    signature: Signature | None

    @property
    def receiver(self) -> Instance | None:
        """The object whose method is called, behind an `.animate` too."""
        if not isinstance(self.function, MethodValue):
            return None
        receiver = self.function.receiver
        if isinstance(receiver, Animate):
            return receiver.target
        return receiver if isinstance(receiver, Instance) else None


class Calls:
    """Follows calls.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk

    def value(self, node: ast.Call) -> Value:
        """What a call gives, with the findings in it."""
        walk = self._walk
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and walk.frame.owner:
            return SuperValue(walk.frame.owner)
        if isinstance(node.func, ast.Attribute):
            walk.steps += 1
            function = walk.attributes.value(node.func, called=True)
        else:
            function = walk.value(node.func)
        arguments = self._arguments(node, function)
        signature = self._signature(function)
        if signature is not None and function == FunctionValue(_ROTATING):
            signature = self._rotating(signature, arguments)
        call = Call(node, _name(node.func), function, arguments, signature)
        self._check(call)
        walk.rules.called(call)
        return self._result(call)

    def _arguments(self, node: ast.Call, function: Value) -> Arguments:
        walk = self._walk
        positional: list[tuple[ast.expr, Value]] = []
        open_positional = False
        for argument in node.args:
            value = walk.value(argument)
            if not isinstance(argument, ast.Starred):
                if not open_positional:
                    positional.append((argument, value))
            elif isinstance(value, SequenceValue) and value.items is not None and not open_positional:
                positional += [(argument, item) for item in value.items]
            else:
                open_positional = True
        keywords: dict[str, tuple[ast.keyword, Value]] = {}
        for keyword in node.keywords:
            value = walk.value(keyword.value)
            if keyword.arg is None:
                continue
            if keyword.arg in keywords:
                walk.report.add(
                    "repeated-keyword", walk.source.keyword_span(keyword), f"'{keyword.arg}' is given twice"
                )
            keywords[keyword.arg] = (keyword, value)
        open_keywords = any(keyword.arg is None for keyword in node.keywords)
        arguments = Arguments(tuple(positional), keywords, open_positional, open_keywords)
        self._hints(function, arguments)
        return arguments

    def _hints(self, function: Value, arguments: Arguments) -> None:
        """Notes what functions among the arguments will be called with."""
        given: list[Value] = []
        if isinstance(function, MethodValue) and function.name == "add_updater":
            given = [function.receiver]
        elif isinstance(function, ClassValue) and function.ref.rpartition(".")[2] in _FOLLOWING:
            given = [arguments.positional[0][1]] if arguments.positional else []
        if given and not isinstance(given[0], Instance):
            return
        if given and self._walk.library_scene(given[0]):
            given = []  # a scene's updater is given the time
        for _, value in [*arguments.positional, *arguments.keywords.values()]:
            if isinstance(value, LocalFunction):
                if given:
                    self._walk.hint(value, given)
                self._walk.shelter(value)
            elif isinstance(value, MethodValue) and isinstance(value.method, LocalFunction):
                self._walk.shelter(value.method)

    # Signatures --------------------------------------------------------------------------------------------------

    def _signature(self, function: Value) -> Signature | None:  # noqa: PLR0911  # one for each kind of value
        world = self._walk.world
        match function:
            case ClassValue():
                info = world.library.class_of(function.ref)
                return info.init if info is not None else None
            case FunctionValue():
                known = world.index.functions.get(function.ref)
                return known.signature if known is not None else None
            case LocalClass():
                return world.constructor(function)
            case LocalFunction(decorated=False):
                return signature_of(function.node, bound=False)
            case MethodValue(receiver=SuperValue() as receiver, name="__init__"):
                bases = world.bases(receiver.kind)
                # A class between this one and its base, in a class below, may take what the base does not.
                alone = len(receiver.kind.bases) == 1 and not self._mixed(receiver.kind)
                return world.constructor(bases[0]) if bases and alone else None
            case MethodValue(method=MethodInfo() as method):
                return method.signature
            case MethodValue(method=LocalFunction(decorated=False) as method):
                return signature_of_method(method)
            case _:
                return None

    def _rotating(self, signature: Signature, arguments: Arguments) -> Signature:
        """The function hands its further keywords to `rotate` of the mobject it is given."""
        given = arguments.positional[0][1] if arguments.positional else None
        method = self._walk.world.method_of(given, "rotate") if isinstance(given, Instance) else None
        rotate = method.signature if isinstance(method, MethodInfo) else None
        if rotate is None or rotate.accepts is None or rotate.swallows_unknown:
            return signature
        own = frozenset(param.name for param in signature.params if param.kind == "either")
        return replace(signature, accepts=own | rotate.accepts - {"angle"})

    def _mixed(self, kind: LocalClass) -> bool:
        world = self._walk.world
        return any(len(other.bases) > 1 and kind in world.ancestors(other) for other in world.classes)

    def _check(self, call: Call) -> None:
        if call.signature is None or not self._walk.report.listening:
            return
        if isinstance(call.function, MethodValue) and call.name == "play":
            return  # it never refuses a keyword
        for mismatch in mismatches(call.arguments, call.signature):
            self._mismatch(call, call.signature, mismatch)

    def _mismatch(self, call: Call, signature: Signature, mismatch: Mismatch) -> None:
        walk, name = self._walk, mismatch.name
        if isinstance(call.function, MethodValue) and call.function.method in MADE_UP.values():
            self._made_up(call)
            return
        if mismatch.rule == "too-many-arguments":
            assert isinstance(mismatch.node, ast.expr)
            most = "no positional argument" if mismatch.count == 0 else f"at most {mismatch.count} by position"
            message = f"{call.name}() takes {most}; {len(call.arguments.positional)} are given"
            walk.report.add(mismatch.rule, walk.source.span(mismatch.node), message)
        elif mismatch.rule == "missing-argument":
            message = f"{call.name}() needs '{name}'"
            walk.report.add(mismatch.rule, walk.source.span(call.node), message)
        elif mismatch.rule == "repeated-keyword":
            assert isinstance(mismatch.node, ast.keyword)
            message = f"{call.name}() is given '{name}' by position and by keyword"
            walk.report.add(mismatch.rule, walk.source.keyword_span(mismatch.node), message)
        else:
            assert isinstance(mismatch.node, ast.keyword)
            self._keyword(call, signature, mismatch, walk.source.keyword_span(mismatch.node))

    def _made_up(self, call: Call) -> None:
        """A `get_x` with arguments, a `set_x` without: the plain name is another method, perhaps the one meant."""
        assert isinstance(call.node.func, ast.Attribute)
        assert call.receiver is not None
        walk = self._walk
        what = walk.world.name_of(call.receiver)
        span = walk.source.attribute_span(call.node.func)
        advice = walk.attributes.advice(call.receiver, call.name)
        message = f"{what} has no method '{call.name}', and none that manim makes up takes these arguments"
        walk.report.add("unknown-method", span, message, suggestion=advice.text)

    def _keyword(self, call: Call, signature: Signature, mismatch: Mismatch, span: Span) -> None:
        walk, name = self._walk, mismatch.name
        if mismatch.rule == "ignored-keyword":
            message = f"{call.name}() ignores '{name}' in silence"
            walk.report.add(mismatch.rule, span, message, severity="warning")
            return
        accepts = signature.accepts or frozenset()
        advice = walk.suggest.keyword(name, self._receivers(call), accepts, set(call.arguments.keywords))
        takes = advice.replacement in accepts and advice.replacement not in call.arguments.keywords
        fix = [walk.source.replacing(span, advice.replacement)] if advice.replacement and takes else None
        message = f"{call.name}() takes no keyword '{name}'"
        walk.report.add(mismatch.rule, span, message, suggestion=advice.text, fix=fix)

    def _receivers(self, call: Call) -> list[str]:
        """Names by which a curated keyword may know the call: the method, the class, its bases."""
        function = call.function
        if isinstance(function, ClassValue):
            info = self._walk.world.library.class_of(function.ref)
            return [ref.rpartition(".")[2] for ref in info.mro] if info is not None else []
        if isinstance(function, LocalClass):
            return [
                ref.rpartition(".")[2]
                for base in function.bases
                if isinstance(base, ClassValue) and (info := self._walk.world.library.class_of(base.ref)) is not None
                for ref in info.mro
            ]
        return [f".{call.name}"]

    # What comes back ---------------------------------------------------------------------------------------------

    def _result(self, call: Call) -> Value:  # noqa: PLR0911  # one for each kind of value
        function, arguments = call.function, call.arguments
        self._spoil(call)
        match function:
            case ClassValue():
                return self._constructed(function, arguments)
            case LocalClass():
                self._shelter_constructor(function)
                return Instance(function)
            case FunctionValue():
                return self._function_result(function, arguments)
            case LocalFunction():
                self._call_local(function, arguments)
                return self._walk.result(function)
            case Animate():
                return function
            case MethodValue():
                return self._method_result(call, function)
            case _:
                return None

    def _constructed(self, function: ClassValue, arguments: Arguments) -> Value:
        library = self._walk.library
        if library.class_of(function.ref) is None:
            return None
        holds: list[Value] = [None] if arguments.open_positional else []
        for _, value in arguments.positional:
            holds.append(self._inside(value) if isinstance(value, SequenceValue) else value)
        return library.instance(function.ref, holds=holds)

    def _inside(self, value: Value) -> Value:
        return self._walk.expressions.element(value)

    def _function_result(self, function: FunctionValue, arguments: Arguments) -> Value:
        walk = self._walk
        module, _, name = function.ref.rpartition(".")
        first = arguments.positional[0][1] if arguments.positional else None
        if module == "builtins":
            if name in {"list", "tuple"} and arguments.positional:
                return SequenceValue(name, None, Cell([walk.expressions.element(first)]))
            return BuiltinValue(_GIVES[name]) if name in _GIVES else None
        if function.ref == _REDRAWN:
            return walk.result(first) if isinstance(first, LocalFunction) else None
        if module.partition(".")[0] == "numpy":
            if name in {"array", "asarray"} and len(arguments.positional) == 1 and not arguments.keywords:
                length = length_of(first)
                return BuiltinValue("ndarray") if length is None else ArrayValue(length)
            return None
        known = walk.world.index.functions.get(function.ref)
        return walk.library.returned(known.returns) if known is not None else None

    def _method_result(self, call: Call, function: MethodValue) -> Value:
        walk, receiver, method = self._walk, function.receiver, function.method
        if isinstance(receiver, Animate):
            return receiver
        if isinstance(method, LocalFunction):
            self._call_local(method, call.arguments)
            return walk.result(method)
        if isinstance(receiver, Instance) and receiver.cell is not None:
            self._fill(receiver.cell, call)
        if method is None:
            return None
        if call.name == "copy" and isinstance(receiver, Instance):
            return receiver
        # An annotation may promise less than it gives, never something else.
        return walk.library.returned(method.returns, receiver)

    def _fill(self, cell: Cell, call: Call) -> None:
        """A group's own methods change what it holds."""
        if call.name in {"add", "add_to_back"}:
            if call.arguments.open_positional:
                cell.spoil()
            for _, value in call.arguments.positional:
                cell.put(self._inside(value) if isinstance(value, SequenceValue) else value)
        elif call.name in {"insert", "become", "set_submobjects", "match_points", "replace_submobject"}:
            cell.spoil()

    def _call_local(self, function: LocalFunction, arguments: Arguments) -> None:
        walk = self._walk
        walk.shelter(function)
        if function.decorated or arguments.open_positional:
            return
        walk.hint(function, [value for _, value in arguments.positional])

    def _shelter_constructor(self, kind: LocalClass) -> None:
        method = kind.methods.get("__init__")
        if method is not None:
            self._walk.shelter(method)

    def _spoil(self, call: Call) -> None:
        """What is given to functions of the file, or to unknown ones, may be changed there."""
        function = call.function
        if isinstance(function, MethodValue) and isinstance(function.receiver, SequenceValue):
            holder = function.receiver
            if call.name in _CHANGING:
                self._grow(holder, call)
            return
        if isinstance(function, ClassValue | FunctionValue | MethodValue) and not (
            isinstance(function, MethodValue) and isinstance(function.method, LocalFunction)
        ):
            return
        values = [value for _, value in [*call.arguments.positional, *call.arguments.keywords.values()]]
        for value in values:
            if isinstance(value, SequenceValue):
                value.spoil()
            elif isinstance(value, Instance) and value.cell is not None:
                value.cell.spoil()

    def _grow(self, holder: SequenceValue, call: Call) -> None:
        holder.items = None
        given = call.arguments.positional
        if call.name in {"append", "add"} and len(given) == 1:
            holder.cell.put(given[0][1])
        elif call.name == "extend" and len(given) == 1:
            holder.cell.put(self._inside(given[0][1]))
        elif call.name == "insert" and len(given) == 2:
            holder.cell.put(given[1][1])
        elif call.name == "update":
            holder.spoil()


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "the function"
