"""Attributes: what `a.b` is, and what no `a` has."""

from __future__ import annotations

import ast
import types
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from visium_graph.checks.finding import Edit
from visium_graph.checks.index.model import MethodInfo, Param, Signature
from visium_graph.checks.static.library import CAMERAS, MOBJECT, PARTS
from visium_graph.checks.static.scene_classes import scene_class_with
from visium_graph.checks.static.suggestions import Advice
from visium_graph.checks.static.values import (
    Animate,
    ArrayValue,
    BuiltinValue,
    Choice,
    ClassValue,
    ConstantValue,
    Instance,
    LocalClass,
    LocalFunction,
    MethodValue,
    ModuleValue,
    SequenceValue,
    SuperValue,
    Value,
    joined,
)
from visium_graph.checks.static.world import Kind

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["MADE_UP", "Attributes"]

_TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (str, int, float, bool, bytes, list, tuple, set, dict, range, complex)
}
_FUNCTION = frozenset(dir(types.FunctionType)) | frozenset(dir(types.MethodType))
_CLASS = frozenset(dir(type))
_BUILDER = frozenset({
    "mobject", "build", "overridden_animation", "is_chaining", "methods", "anim_args", "cannot_pass_args",
})  # fmt: skip
MADE_UP = {
    "get_": MethodInfo("get_", "method", Signature((), frozenset()), None),
    "set_": MethodInfo("set_", "method", Signature((Param("value", "either", True),), frozenset({"value"})), "self"),
}
"""What a mobject makes of a method `get_x` or `set_x` that its class does not have."""
_COPIES = {"target", "saved_state"}
"""Attributes that hold a copy of the object itself."""


class Attributes:
    """Looks attributes up.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk

    def value(self, node: ast.Attribute, *, called: bool = False) -> Value:  # noqa: PLR0911  # one for each kind of value
        """What an attribute is, with a finding where it is proven not to exist.

        Args:
            node: the expression.
            called: it is the function of a call.
        """
        holder = self._walk.value(node.value)
        match holder:
            case Instance():
                return self._of_instance(node, holder, called=called)
            case Choice():
                self._of_choice(node, holder, called=called)
            case Animate():
                return self._of_animate(node, holder)
            case ModuleValue():
                return self._of_module(node, holder, called=called)
            case SuperValue():
                return self._of_super(node, holder)
            case ClassValue():
                return self._of_class(node, holder, called=called)
            case LocalFunction(decorated=False, binding="method"):
                self._of_python(node, "a function", _FUNCTION, called=called)
            case BuiltinValue() | ConstantValue() | SequenceValue() | ArrayValue():
                return self._of_data(node, holder, called=called)
            case MethodValue(method=LocalFunction() | MethodInfo()):
                self._of_python(node, f"the method '{holder.name}'", _FUNCTION, called=called)
            case _:
                pass
        return None

    # Objects of classes ------------------------------------------------------------------------------------------

    def _of_instance(self, node: ast.Attribute, holder: Instance, *, called: bool) -> Value:  # noqa: PLR0911  # one for each kind of attribute
        world, name = self._walk.world, node.attr
        if world.lacks(holder, name):
            self._missing(node, holder, called=called)
            return self._made_up(holder, name)
        if name in _COPIES and name not in world.foreign and world.surely_a(holder, MOBJECT):
            return holder
        if name == "animate" and world.surely_a(holder, MOBJECT):
            return Animate(holder)
        if name in PARTS and name not in world.foreign and world.surely_a(holder, PARTS[name][0]):
            return self._walk.library.instance(PARTS[name][1], exact=False)
        if name == "camera":
            return self._camera(holder)
        if isinstance(holder.kind, LocalClass):
            field = world.field(holder.kind, name)
            if field is not None:
                return field
        method = world.method_of(holder, name)
        if method is None:
            return None
        if method.kind == "property" if isinstance(method, MethodInfo) else method.binding == "property":
            return self.property_value(holder, method)
        return MethodValue(holder, name, method)

    def _of_choice(self, node: ast.Attribute, holder: Choice, *, called: bool) -> None:
        """An object of one of several classes lacks what none of them has."""
        if node.attr[:4] in MADE_UP or not all(self._walk.world.lacks(one, node.attr) for one in holder.options):
            return
        likely = min(holder.options, key=self._walk.world.name_of)
        self._missing(node, likely, called=called, options=holder.options)

    def _made_up(self, holder: Instance, name: str) -> MethodValue | None:
        """The method that mobjects make up for `get_x` and `set_x`."""
        kinds = self._walk.world.kinds(holder) or []
        if not kinds or not all(self._walk.world.synthesises(kind) for kind in kinds):
            return None
        method = MADE_UP.get(name[:4])
        return MethodValue(holder, name, method) if method is not None else None

    def property_value(self, holder: Instance, method: MethodInfo | LocalFunction) -> Value:
        """What reading a property gives."""
        if isinstance(method, LocalFunction):
            return self._walk.result(method)
        return self._walk.library.returned(method.returns, holder)

    def _camera(self, holder: Instance) -> Value:
        world = self._walk.world
        cameras = {world.camera_of(kind) for kind in world.kinds(holder) or [] if world.is_scene(kind)}
        if "camera" in world.foreign or len(cameras) != 1:
            return None
        camera = cameras.pop()
        return self._walk.library.instance(camera) if camera is not None and camera in world.index.classes else None

    def _of_animate(self, node: ast.Attribute, holder: Animate) -> Value:
        if node.attr in _BUILDER:
            return None
        if self._walk.world.lacks(holder.target, node.attr):
            self._missing(node, holder.target, called=True)
            made_up = self._made_up(holder.target, node.attr)
            return MethodValue(holder, node.attr, made_up.method) if made_up is not None else holder
        return MethodValue(holder, node.attr, self._walk.world.method_of(holder.target, node.attr))

    def _of_super(self, node: ast.Attribute, holder: SuperValue) -> Value:
        world = self._walk.world
        if len(holder.kind.bases) != 1:
            return None
        base = next(iter(world.bases(holder.kind)), None)
        if base is None or world.opaque(base):
            return None
        instance = Instance(base if isinstance(base, LocalClass) else base.ref)
        if node.attr == "__init__":
            return MethodValue(holder, node.attr, None)
        if world.lacks(instance, node.attr) and not world.synthesises(base):
            self._missing(node, instance, called=True)
            return None
        method = world.method(base, node.attr)
        return MethodValue(Instance(holder.kind, exact=False), node.attr, method) if method is not None else None

    def stored(self, node: ast.Attribute, holder: Value, value: Value, source: ast.expr | None) -> None:
        """An attribute is set."""
        if not isinstance(holder, Instance):
            return
        if isinstance(holder.kind, LocalClass):
            fields = holder.kind.fields
            fields[node.attr] = joined(fields[node.attr], value) if node.attr in fields else value
        self._walk.rules.attribute_set(node, holder, value, source)

    # Findings ----------------------------------------------------------------------------------------------------

    def _missing(
        self, node: ast.Attribute, holder: Instance, *, called: bool, options: frozenset[Instance] = frozenset()
    ) -> None:
        walk, world, name = self._walk, self._walk.world, node.attr
        if not walk.report.listening:
            return
        kinds = world.kinds(holder) or []
        made_up = bool(kinds) and all(world.synthesises(kind) for kind in kinds)
        if made_up and name.startswith("get_") and (not called or not world.lacks(holder, name.removeprefix("get_"))):
            return
        if made_up and name.startswith("set_"):
            self._no_effect(node, holder, kinds, called=called)
            return
        if self._wrong_scene(node, holder, kinds):
            return
        advice = self._advice(kinds, name, called=called)
        span = walk.source.attribute_span(node)
        rule = "unknown-method" if called else "unknown-attribute"
        if advice.manimgl:
            rule = "manimgl"
        what = "method" if called else "attribute"
        message = f"{world.name_of(holder)} has no {what} '{name}'"
        walk.report.add(rule, span, message, suggestion=advice.text, fix=self._fix(node, options or {holder}, advice))

    def advice(self, holder: Instance, name: str) -> Advice:
        """What was probably meant by a method that an object does not have."""
        return self._advice(self._walk.world.kinds(holder) or [], name, called=True)

    def _advice(self, kinds: list[Kind], name: str, *, called: bool) -> Advice:
        world = self._walk.world
        known = [kind for kind in kinds[:1] if not world.opaque(kind)]
        names = frozenset[str]().union(*(world.attributes(kind) for kind in known))
        is_method = {other for kind in known for other in names if world.method(kind, other) is not None}
        bases = [base for kind in kinds[:1] for base in self._ancestry(kind)]
        return self._walk.suggest.attribute(name, bases, names, is_method if called else set())

    def _ancestry(self, kind: Kind) -> list[str]:
        if isinstance(kind, LocalClass):
            return [ref for base in self._walk.world.bases(kind) for ref in self._ancestry(base)]
        return [ref.rpartition(".")[2] for ref in kind.mro]

    def _fix(self, node: ast.Attribute, holders: Collection[Instance], advice: Advice) -> list[Edit] | None:
        replacement, world = advice.replacement, self._walk.world
        if replacement is None or not replacement.isidentifier():
            return None
        if any(not holder.exact and isinstance(holder.kind, str) for holder in holders):
            return None
        kinds = [kind for holder in holders for kind in world.kinds(holder) or []]
        if not all(replacement in world.attributes(kind) for kind in kinds):
            return None
        return [self._walk.source.replacing(self._walk.source.attribute_span(node), replacement)]

    def _no_effect(self, node: ast.Attribute, holder: Instance, kinds: list[Kind], *, called: bool) -> None:
        if not called:
            return
        walk, name = self._walk, node.attr
        plain = name.removeprefix("set_")
        if not walk.world.lacks(holder, plain):
            return  # it sets an attribute that exists
        advice = self._advice(kinds, name, called=True)
        walk.report.add(
            "no-effect-setter",
            walk.source.attribute_span(node),
            f"{walk.world.name_of(holder)} has no '{name}': manim sets an attribute '{plain}' that nothing reads",
            severity="warning",
            suggestion=advice.text,
            fix=None,
        )

    def _wrong_scene(self, node: ast.Attribute, holder: Instance, kinds: list[Kind]) -> bool:
        walk, world = self._walk, self._walk.world
        scene = None
        if kinds and all(world.is_scene(kind) for kind in kinds):
            scene = scene_class_with(walk.library, node.attr)
            whose = f"{world.name_of(holder)} is not a {scene}: it has no '{node.attr}'"
        elif isinstance(holder.kind, str) and holder.kind in {camera for _, camera in CAMERAS}:
            # A camera under another name may not be that of the scene: the words fit both.
            scene = scene_class_with(walk.library, node.attr, camera=True)
            whose = f"the camera of this scene has no '{node.attr}': that of a {scene} has"
        if scene is None:
            return False
        walk.report.add(
            "wrong-scene-class",
            walk.source.attribute_span(node),
            whose,
            suggestion=f"derive the scene from `{scene}`",
        )
        return True

    # Everything else ---------------------------------------------------------------------------------------------

    def _of_module(self, node: ast.Attribute, holder: ModuleValue, *, called: bool) -> Value:
        walk, index = self._walk, self._walk.world.index
        names = walk.library.module_names(holder.name)
        inner = f"{holder.name}.{node.attr}"
        if names is None or node.attr in walk.world.given or node.attr.startswith("__"):
            return ModuleValue(inner) if inner in index.modules else None
        if node.attr in names:
            return names[node.attr]
        if inner in index.modules or inner in index.unreadable:
            return ModuleValue(inner)
        if holder.name == "manim" and node.attr in walk.library.star:
            return walk.library.star[node.attr]
        advice = walk.suggest.name(node.attr, set(names), of_manim=holder.name.startswith("manim"))
        rule = "unknown-name" if holder.name == "manim" else "unknown-method" if called else "unknown-attribute"
        span = walk.source.attribute_span(node)
        fix = [walk.source.replacing(span, advice.replacement)] if advice.replacement in names else None
        message = f"module '{holder.name}' has no '{node.attr}'"
        walk.report.add("manimgl" if advice.manimgl else rule, span, message, suggestion=advice.text, fix=fix)
        return None

    def _of_class(self, node: ast.Attribute, holder: ClassValue, *, called: bool) -> Value:
        info = self._walk.world.index.classes.get(holder.ref)
        if info is None:
            return None
        if not info.opaque and info.members and node.attr not in info.attributes:
            self._of_python(node, f"the class {info.name}", info.members | _CLASS, called=called)
            return None
        owner = self._walk.frame.owner
        if node.attr == "__init__" and owner is not None and owner.bases == (holder,):
            # `Base.__init__(self, ...)`, as old code has it.
            params = (Param("self", "positional", required=True), *info.init.params)
            signature = replace(info.init, params=params)
            return MethodValue(holder, node.attr, MethodInfo(node.attr, "static", signature, None))
        method = info.methods.get(node.attr)
        known = method is not None and method.kind in {"static", "class"}
        return MethodValue(holder, node.attr, method) if known else None

    def _of_data(
        self,
        node: ast.Attribute,
        holder: BuiltinValue | ConstantValue | SequenceValue | ArrayValue,
        *,
        called: bool,
    ) -> Value:
        if isinstance(holder, ArrayValue) or (isinstance(holder, BuiltinValue) and holder.name == "ndarray"):
            info = self._walk.world.index.classes.get("numpy.ndarray")
            if info is not None and not info.opaque:
                self._of_python(node, "a numpy array", info.attributes, called=called)
            return None
        name = type(holder.value).__name__ if isinstance(holder, ConstantValue) else None
        name = name or (holder.kind if isinstance(holder, SequenceValue) else getattr(holder, "name", ""))
        if name in _TYPES:
            self._of_python(node, f"a {name}", frozenset(dir(_TYPES[name])), called=called)
        return MethodValue(holder, node.attr, None)

    def _of_python(self, node: ast.Attribute, what: str, names: frozenset[str], *, called: bool) -> None:
        walk = self._walk
        if node.attr in names or node.attr in walk.world.given or not walk.report.listening:
            return
        advice = walk.suggest.near(node.attr, names)
        span = walk.source.attribute_span(node)
        rule = "unknown-method" if called else "unknown-attribute"
        walk.report.add(rule, span, f"{what} has no '{node.attr}'", suggestion=advice.text)
