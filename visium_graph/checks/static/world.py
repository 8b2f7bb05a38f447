"""The library and the classes of the file seen together: what an object can do."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from visium_graph.checks.index.model import ClassInfo, Index, MethodInfo, Signature
from visium_graph.checks.static.library import CAMERAS, SCENE, library_of
from visium_graph.checks.static.signatures import signature_of
from visium_graph.checks.static.values import (
    ClassValue,
    Instance,
    LocalClass,
    LocalFunction,
    Value,
    joined,
)

__all__ = ["BUILTINS", "Kind", "World"]

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__builtins__", "__spec__", "__annotations__"}
_OBJECT = frozenset(dir(object)) | {"__dict__", "__weakref__", "__module__"}
_ASKING = {"hasattr", "getattr", "setattr", "delattr", "__setattr__"}

Kind = ClassInfo | LocalClass


class World:
    """Everything known while one file is checked.

    Args:
        index: of the installed manim.
        tree: the file.
    """

    def __init__(self, index: Index, tree: ast.Module) -> None:
        self.index = index
        self.library = library_of(index)
        self.classes: list[LocalClass] = []
        self.given: set[str] = set()
        """Attributes that the file sets itself, asks for by name, or defines in a class: never unknown."""
        self.foreign: set[str] = set()
        """Attributes that the file sets on something other than `self`: their values are not followed."""
        self.named: set[str] = set()
        """Functions of Python that the file calls by name."""
        self.called: set[ast.Name] = set()
        """Names where they are the function of a call."""
        self.opengl = False
        self._survey(tree)

    def _survey(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self.given.add(node.attr)
                if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
                    self.foreign.add(node.attr)
            elif isinstance(node, ast.ClassDef):
                self.given |= _members(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self.named.add(node.func.id)
                self.called.add(node.func)
                if node.func.id in _ASKING:
                    self.given |= set(_words(node.args))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
                self.given |= set(_words(node.args))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "opengl" in node.value.lower():
                self.opengl = True

    # Classes -----------------------------------------------------------------------------------------------------

    def kinds(self, value: Instance) -> list[Kind] | None:
        """Every class that the object may be of; None where they cannot be listed."""
        if isinstance(value.kind, LocalClass):
            below = [] if value.exact else [kind for kind in self.classes if value.kind in self.ancestors(kind)]
            return [value.kind, *below]
        info = self.library.class_of(value.kind)
        if info is None:
            return None
        return [info] if value.exact else list(self.library.family(value.kind))

    def ancestors(self, kind: LocalClass) -> Iterator[LocalClass]:
        """The classes of the file that a class derives from."""
        for base in kind.bases:
            if isinstance(base, LocalClass) and base != kind:
                yield base
                yield from self.ancestors(base)

    def opaque(self, kind: Kind) -> bool:
        """Whether what objects of the class have cannot be known."""
        if isinstance(kind, ClassInfo):
            return kind.opaque
        return kind.opaque or any(self._base(base) is None or self.opaque_base(base) for base in kind.bases)

    def opaque_base(self, base: Value) -> bool:
        """As `opaque`, of a base as a value."""
        found = self._base(base)
        return found is None or self.opaque(found)

    def _base(self, base: Value) -> Kind | None:
        if isinstance(base, LocalClass):
            return base
        return self.library.class_of(base.ref) if isinstance(base, ClassValue) else None

    def bases(self, kind: LocalClass) -> list[Kind]:
        """The known bases of a class of the file, in order."""
        return [found for found in map(self._base, kind.bases) if found is not None]

    def is_a(self, kind: Kind, ref: str) -> bool:
        """Whether a class is the library's class `ref` or derives from it."""
        if isinstance(kind, ClassInfo):
            return kind.is_a(ref)
        return any(self.is_a(base, ref) for base in self.bases(kind))

    def surely_a(self, value: Value, ref: str) -> bool:
        """Whether the object is of the library's class `ref`, whatever else it may be."""
        if not isinstance(value, Instance):
            return False
        kinds = self.kinds(value)
        return bool(kinds) and all(self.is_a(kind, ref) for kind in kinds or ())

    def surely_not_a(self, value: Instance, ref: str) -> bool:
        """Whether the object can in no case be of the library's class `ref`."""
        kinds = self.kinds(value)
        return bool(kinds) and not any(self.is_a(kind, ref) or self.opaque(kind) for kind in kinds or ())

    def of_library(self, kind: Kind) -> bool:
        """Whether a class is the library's or derives from one of it."""
        return isinstance(kind, ClassInfo) or any(self.of_library(base) for base in self.bases(kind))

    def synthesises(self, kind: Kind) -> bool:
        """Whether objects of the class make up `get_x` and `set_x`."""
        if isinstance(kind, ClassInfo):
            return kind.synthesises
        return any(self.synthesises(base) for base in self.bases(kind))

    def name_of(self, value: Instance) -> str:
        """The class's name, for a message."""
        return value.kind.name if isinstance(value.kind, LocalClass) else value.kind.rpartition(".")[2]

    # Attributes --------------------------------------------------------------------------------------------------

    def attributes(self, kind: Kind) -> frozenset[str]:
        """What may exist on an object of a class that is not opaque."""
        if isinstance(kind, ClassInfo):
            return kind.attributes
        return kind.members.union(_OBJECT, *(self.attributes(base) for base in self.bases(kind)))

    def lacks(self, value: Instance, name: str) -> bool:
        """Whether an attribute is proven not to exist on the object, by whichever class it may be of."""
        if name in self.given or name.startswith("__"):
            return False
        if isinstance(value.kind, str) and not value.exact:
            known = self.library.family_attributes(value.kind)
            return known is not None and name not in known
        kinds = self.kinds(value)
        if not kinds or not (value.exact or any(self.of_library(kind) for kind in kinds)):
            return False  # a class with no base may be mixed in with one that has it
        return not any(self.opaque(kind) or name in self.attributes(kind) for kind in kinds)

    def method(self, kind: Kind, name: str) -> MethodInfo | LocalFunction | None:
        """A method of a class by name, own ones first."""
        if isinstance(kind, ClassInfo):
            return kind.methods.get(name)
        if name in kind.methods:
            return kind.methods[name]
        if name in kind.members or kind.opaque:
            return None
        for base in kind.bases:
            known = self._base(base)
            if known is None:
                return None
            found = self.method(known, name)
            if found is not None:
                return found
        return None

    def method_of(self, value: Instance, name: str) -> MethodInfo | LocalFunction | None:
        """The one method that the object has by this name; None where that depends on more than is known."""
        if name in self.foreign:
            return None
        kinds = self.kinds(value) or []
        methods = [self.method(kind, name) for kind in kinds]
        if not methods or methods[0] is None:
            return None
        first = methods[0]
        return first if all(other == first for other in methods[1:]) else None

    def constructor(self, kind: Kind) -> Signature | None:
        """How a class is constructed; None where that is not known."""
        if isinstance(kind, ClassInfo):
            return kind.init
        if kind.opaque or "__new__" in kind.members:
            return None
        own = kind.methods.get("__init__")
        if own is not None:
            return None if own.decorated else signature_of_method(own)
        # With two bases the keywords of the one go on to the other.
        return self.constructor(base) if len(kind.bases) == 1 and (base := self._base(kind.bases[0])) else None

    def field(self, kind: LocalClass, name: str) -> Value:
        """What `self.name` is, over everything that the file's related classes set it to."""
        if name in self.foreign:
            return None
        mine = set(self.ancestors(kind)) | {kind}
        related = [other for other in self.classes if other in mine or not mine.isdisjoint(self.ancestors(other))]
        values = [other.fields[name] for other in related if name in other.fields]
        if not values:
            return None
        result = values[0]
        for value in values[1:]:
            result = joined(result, value)
        return result

    def camera_of(self, kind: Kind) -> str | None:
        """The class of a scene's `self.camera`."""
        if self.opengl or (isinstance(kind, LocalClass) and self._chooses_camera(kind)):
            return None
        return next((camera for scene, camera in CAMERAS if self.is_a(kind, scene)), None)

    def _chooses_camera(self, kind: LocalClass) -> bool:
        return "__init__" in kind.methods or any(self._chooses_camera(base) for base in self.ancestors(kind))

    def is_scene(self, kind: Kind) -> bool:
        """Whether a class is a scene."""
        return self.is_a(kind, SCENE)


def signature_of_method(function: LocalFunction) -> Signature:
    """The signature of a function of a class as its caller sees it."""
    return signature_of(function.node, bound=function.owner is not None and function.binding != "static")


def _members(node: ast.ClassDef) -> set[str]:
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    for item in node.body:
        targets = item.targets if isinstance(item, ast.Assign) else []
        if isinstance(item, ast.AnnAssign):
            targets = [item.target]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _words(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
