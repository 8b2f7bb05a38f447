"""Questions to the index that more than one rule asks, answered once for each index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from visium_graph.checks.index.model import ClassInfo, Index, Symbol
from visium_graph.checks.static.values import (
    ArrayValue,
    BuiltinValue,
    Cell,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
)

__all__ = ["ANIMATION", "CAMERAS", "GROUPS", "MOBJECT", "PARTS", "SCENE", "Library", "library_of"]

MOBJECT = "manim.mobject.mobject.Mobject"
ANIMATION = "manim.animation.animation.Animation"
SCENE = "manim.scene.scene.Scene"
GROUPS = frozenset({
    "manim.mobject.mobject.Group",
    "manim.mobject.types.vectorized_mobject.VGroup",
})  # fmt: skip
CAMERAS = (
    # The first scene class that a scene is decides; the class of `self.camera` is not written anywhere in manim.
    ("manim.scene.zoomed_scene.ZoomedScene", "manim.camera.multi_camera.MultiCamera"),
    ("manim.scene.moving_camera_scene.MovingCameraScene", "manim.camera.moving_camera.MovingCamera"),
    ("manim.scene.three_d_scene.ThreeDScene", "manim.camera.three_d_camera.ThreeDCamera"),
    (SCENE, "manim.camera.camera.Camera"),
)
PARTS = {
    # A scene may be given another frame or camera: the least that each of them is.
    "frame": ("manim.camera.moving_camera.MovingCamera", MOBJECT),
    "zoomed_camera": ("manim.scene.zoomed_scene.ZoomedScene", "manim.camera.moving_camera.MovingCamera"),
}
"""Attributes whose class is not written anywhere: what they belong to, and what they are."""
_DIRECTIONS = frozenset(
    "ORIGIN UP DOWN LEFT RIGHT IN OUT UL UR DL DR X_AXIS Y_AXIS Z_AXIS".split()  # noqa: SIM905  # one line reads better
)


class Library:
    """An index with its subclasses looked up both ways.

    Args:
        index: of the installed manim.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._family: dict[str, list[ClassInfo]] | None = None
        self._modules: dict[str, dict[str, Value] | None] = {}
        self.star = {name: self.value_of(symbol, name) for name, symbol in index.names.items()}
        """What `from manim import *` brings."""
        self._attributes: dict[str, frozenset[str] | None] = {}

    def class_of(self, ref: str) -> ClassInfo | None:
        """What is known of a class."""
        return self.index.classes.get(ref)

    def is_a(self, ref: str, base: str) -> bool:
        """Whether one library class is another or derives from it."""
        info = self.index.classes.get(ref)
        return info is not None and info.is_a(base)

    def family(self, ref: str) -> list[ClassInfo]:
        """The class and every class of the library that derives from it."""
        if self._family is None:
            self._family = defaultdict(list)
            for info in self.index.classes.values():
                for base in info.mro:
                    self._family[base].append(info)
        return self._family.get(ref, [])

    def family_attributes(self, ref: str) -> frozenset[str] | None:
        """What may exist on an object of the class or of one that derives from it; None where nobody knows."""
        if ref not in self._attributes:
            family = self.family(ref)
            if not family or any(info.opaque for info in family):
                self._attributes[ref] = None
            else:
                self._attributes[ref] = frozenset().union(*(info.attributes for info in family))
        return self._attributes[ref]

    def module_names(self, name: str) -> dict[str, Value] | None:
        """The names of a module; None where it is not known."""
        if name not in self._modules:
            self._modules[name] = self._names_of(name)
        return self._modules[name]

    def _names_of(self, name: str) -> dict[str, Value] | None:
        names = self.index.stage if name == "visium_graph.stage" else self.index.modules.get(name)
        if names is None and name == "manim":
            names = self.index.names
        if names is None:
            return None
        return {key: self.value_of(symbol, key) for key, symbol in names.items()}

    def value_of(self, symbol: Symbol, name: str = "") -> Value:
        """What a name of a module stands for."""
        if symbol.kind == "module":
            return ModuleValue(symbol.ref) if symbol.ref else None
        if symbol.kind == "value":
            if symbol.type == "ndarray":
                return ArrayValue(3) if name in _DIRECTIONS else BuiltinValue("ndarray")
            if symbol.type_ref is not None:
                return Instance(symbol.type_ref)
            return BuiltinValue(symbol.type) if symbol.type in {"float", "int", "str"} else None
        if symbol.ref is None:
            return None
        return ClassValue(symbol.ref) if symbol.kind == "class" else FunctionValue(symbol.ref)

    def returned(self, returns: str | None, receiver: Value = None) -> Value:
        """The value of a call, from what the index says that it returns."""
        if returns is None or returns == "None":
            return None
        if returns == "self":
            return receiver
        if "." not in returns:
            return BuiltinValue(returns)
        return self.instance(returns, exact=False) if returns in self.index.classes else None

    def instance(self, ref: str, *, exact: bool = True, holds: Iterable[Value] = ()) -> Instance:
        """An object of a library class; a group holds what it was given."""
        grouping = exact and ref in GROUPS
        return Instance(ref, exact, Cell(holds) if grouping else None)


_library: list[Library] = []


def library_of(index: Index) -> Library:
    """The library of an index; the last one asked for is kept."""
    if not _library or _library[0].index is not index:
        _library[:] = [Library(index)]
    return _library[0]
