"""Real names used against what they are for: points, colours, animations, and habits of ManimGL."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from visium_graph.checks.finding import Edit
from visium_graph.checks.index.model import MethodInfo
from visium_graph.checks.static.arrays import length_of
from visium_graph.checks.static.library import ANIMATION, MOBJECT, SCENE
from visium_graph.checks.static.points import CONSTRUCTOR_POINTS, METHOD_POINTS
from visium_graph.checks.static.policy import policy_of_call
from visium_graph.checks.static.signatures import bind
from visium_graph.checks.static.values import (
    Animate,
    ArrayValue,
    BuiltinValue,
    ClassValue,
    ConstantValue,
    FunctionValue,
    Instance,
    LocalClass,
    LocalFunction,
    MethodValue,
    SequenceValue,
    Value,
)

if TYPE_CHECKING:
    from visium_graph.checks.static.calls import Call
    from visium_graph.checks.static.walker import Walker

__all__ = ["Rules"]

_VMOBJECT = "manim.mobject.types.vectorized_mobject.VMobject"
_COLOR_KEYWORDS = ("color", "fill_color", "stroke_color")
_COLOR_METHODS = {"set_color": ("color",), "set_fill": ("color",), "set_stroke": ("color",)}
_HEX = re.compile(r"((?<=#)|(?<=0x))[A-F0-9]{3,8}", re.IGNORECASE)
_COMPOSITIONS = {"AnimationGroup", "Succession", "LaggedStart"}


class Rules:
    """Asked at every call, definition and assignment.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk

    def called(self, call: Call) -> None:
        """A call, once its parts are known."""
        if not self._walk.report.listening:
            return
        self._points(call)
        self._colors(call)
        self._play(call)
        if isinstance(call.function, FunctionValue):
            policy_of_call(self._walk, call.node, call.name, call.function.ref)

    def class_defined(self, kind: LocalClass) -> None:
        """A class of the file."""
        world = self._walk.world
        if not (world.is_scene(kind) or world.is_a(kind, MOBJECT)):
            return
        for item in kind.node.body:
            if isinstance(item, ast.Assign) and isinstance(item.value, ast.Dict):
                names = [target for target in item.targets if isinstance(target, ast.Name) and target.id == "CONFIG"]
                if names and not _reads_config(self._walk.tree):
                    message = "CONFIG is ManimGL's: Manim Community ignores it"
                    advice = "give the values as class attributes or keyword arguments"
                    span = self._walk.source.span(names[0])
                    self._walk.report.add("manimgl", span, message, severity="warning", suggestion=advice)

    def attribute_set(self, node: ast.Attribute, holder: Instance, value: Value, source: ast.expr | None) -> None:
        """`a.b = c`."""
        if node.attr != "background_color" or source is None or not isinstance(holder.kind, str):
            return
        if ".camera." in holder.kind or holder.kind.endswith("ManimConfig"):
            self._color(source, value)

    # Points ------------------------------------------------------------------------------------------------------

    def _points(self, call: Call) -> None:
        names = self._point_parameters(call)
        if not names or call.signature is None:
            return
        bound = bind(call.arguments, call.signature)
        for name in names:
            for node, value in bound.get(name, []):
                if length_of(value) == 2:
                    self._two_elements(node, call.name)

    def _point_parameters(self, call: Call) -> tuple[str, ...]:
        world = self._walk.world
        if isinstance(call.function, ClassValue):
            return CONSTRUCTOR_POINTS.get(call.function.ref.rpartition(".")[2], ())
        receiver = call.receiver
        if receiver is None or call.name not in METHOD_POINTS or not world.surely_a(receiver, MOBJECT):
            return ()
        if not isinstance(call.function, MethodValue) or not isinstance(call.function.method, MethodInfo):
            return ()
        # Nothing stops an empty group from going anywhere.
        return () if receiver.cell is not None and receiver.cell.empty else METHOD_POINTS[call.name]

    def combined(self, node: ast.BinOp, left: Value, right: Value) -> None:
        """An array with another array, or a list or tuple with an array."""
        lengths = length_of(left), length_of(right)
        if set(lengths) == {2, 3} and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            short = node.left if lengths[0] == 2 else node.right
            self._two_elements(short, "a vector of manim")

    def _two_elements(self, node: ast.expr, what: str) -> None:
        walk = self._walk
        message = f"a point of two elements where {what}() needs three: [x, y, 0]"
        if " " in what:
            message = "a point of two elements meets one of three: [x, y, 0]"
        span, fix = walk.source.span(node), None
        literal = node
        if isinstance(node, ast.Call) and len(node.args) == 1:
            literal = node.args[0]
        if isinstance(literal, ast.List | ast.Tuple) and len(literal.elts) == 2:
            last = walk.source.span(literal.elts[1])
            closing = walk.source.text_of(walk.source.between(last, walk.source.span(literal))).strip()
            if closing in {"]", ")"}:
                fix = [
                    Edit(
                        line=last.end_line,
                        column=last.end_column,
                        end_line=last.end_line,
                        end_column=last.end_column,
                        text=", 0",
                    )
                ]
        walk.report.add("two-element-point", span, message, suggestion="add a third coordinate: `0`", fix=fix)

    # Colours -----------------------------------------------------------------------------------------------------

    def _colors(self, call: Call) -> None:
        world = self._walk.world
        arguments = call.arguments
        if isinstance(call.function, ClassValue) and world.library.is_a(call.function.ref, _VMOBJECT):
            for name in _COLOR_KEYWORDS:
                if name in arguments.keywords:
                    self._color(arguments.keywords[name][0].value, arguments.keywords[name][1])
        elif call.name in _COLOR_METHODS and call.signature is not None and call.receiver is not None:
            if world.surely_a(call.receiver, _VMOBJECT):
                bound = bind(arguments, call.signature)
                for name in _COLOR_METHODS[call.name]:
                    for node, value in bound.get(name, []):
                        self._color(node, value)
        elif isinstance(call.function, ClassValue) and call.name == "ManimColor" and arguments.positional:
            self._color(*arguments.positional[0])

    def _color(self, node: ast.expr, value: Value) -> None:
        walk = self._walk
        if not isinstance(value, ConstantValue) or not isinstance(value.value, str) or not walk.world.index.colors:
            return
        name = value.value
        if _HEX.search(name) or name.upper() in walk.world.index.colors:
            return
        advice = walk.suggest.color(name)
        message = f"manim knows no colour '{name}'"
        walk.report.add("unknown-color", walk.source.span(node), message, suggestion=advice)

    # Animations --------------------------------------------------------------------------------------------------

    def _play(self, call: Call) -> None:
        world = self._walk.world
        receiver = call.receiver
        is_play = call.name == "play" and receiver is not None and world.surely_a(receiver, SCENE)
        composes = isinstance(call.function, ClassValue) and call.name in _COMPOSITIONS
        if is_play and isinstance(call.function, MethodValue) and not isinstance(call.function.method, MethodInfo):
            return
        if not is_play and not composes:
            return
        for node, value in call.arguments.positional:
            self._animation(node, value, call.name)
        given = call.node.args
        if is_play and not given:
            message = "play() is given no animation"
            self._walk.report.add("not-an-animation", self._walk.source.span(call.node), message)

    def _animation(self, node: ast.expr, value: Value, taker: str) -> None:
        walk = self._walk
        if isinstance(value, SequenceValue):
            if isinstance(node, ast.List | ast.Tuple) and value.items is not None:
                for element, inner in zip(node.elts, value.items, strict=True):
                    self._animation(element, inner, taker)
            return
        what, advice, fix = self._refused(node, value)
        if what is not None:
            message = f"{taker}() takes animations; this is {what}"
            walk.report.add("not-an-animation", walk.source.span(node), message, suggestion=advice, fix=fix)

    def _refused(  # noqa: PLR0911  # one for each kind of value
        self, node: ast.expr, value: Value
    ) -> tuple[str | None, str | None, list[Edit] | None]:
        world = self._walk.world
        nothing = (None, None, None)
        match value:
            case Instance() if world.surely_a(value, MOBJECT) and world.surely_not_a(value, ANIMATION):
                fix = self._animated(node)
                shown = "write `.animate` before the method" if fix else "wrap it: `Create(...)` or `FadeIn(...)`"
                return f"a {world.name_of(value)}", shown, fix
            case MethodValue(receiver=Instance() as holder) if world.surely_a(holder, MOBJECT):
                return "a method that is not called", f"write `.animate.{value.name}(...)`", None
            case MethodValue(receiver=Animate()):
                return "a method that is not called", f"call it: `.{value.name}(...)`", None
            case ClassValue() if world.library.is_a(value.ref, ANIMATION):
                return "a class of animation", "call it with the mobject to animate", None
            case ClassValue() if world.library.is_a(value.ref, MOBJECT):
                return "a class", "create an object and animate that", None
            case ConstantValue() | BuiltinValue(name="float" | "int" | "str") | ArrayValue():
                kind = type(value.value).__name__ if isinstance(value, ConstantValue) else "value"
                return f"a {kind}", None, None
            case LocalFunction(decorated=False):
                return "a function", "call it", None
            case _:
                return nothing

    def _animated(self, node: ast.expr) -> list[Edit] | None:
        """`a.shift(UP).scale(2)` as `a.animate.shift(UP).scale(2)`, where each method gives the object back."""
        walk = self._walk
        root: ast.expr = node
        with walk.report.silence():
            while isinstance(root, ast.Call) and isinstance(root.func, ast.Attribute):
                method = walk.value(root.func)
                if not isinstance(method, MethodValue) or not isinstance(method.method, MethodInfo):
                    return None
                if method.method.returns != "self" or root.func.attr in {"copy", "generate_target", "save_state"}:
                    return None
                root = root.func.value
        if root is node or not isinstance(root, ast.Name | ast.Attribute):
            return None
        span = walk.source.span(root)
        return [
            Edit(
                line=span.end_line,
                column=span.end_column,
                end_line=span.end_line,
                end_column=span.end_column,
                text=".animate",
            )
        ]


def _reads_config(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "CONFIG")
        or (isinstance(node, ast.Name) and node.id in {"CONFIG", "digest_config"} and isinstance(node.ctx, ast.Load))
        for node in ast.walk(tree)
    )
