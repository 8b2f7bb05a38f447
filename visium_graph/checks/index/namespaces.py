"""The names of manim's modules, of the stage, of numpy and of math, as they are when a scene imports them."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from visium_graph.checks.index.model import Symbol

__all__ = ["Namespaces", "ref_of"]

STAGE = "visium_graph.stage"
NOT_IMPORTED = frozenset({"manim.__main__"})
"""Importing these runs a program."""


def ref_of(value: Any) -> str:
    """Where a class or function is defined."""
    return f"{value.__module__}.{value.__qualname__}"


class Namespaces:
    """What is found, and the objects behind it.

    Attributes:
        names: of `from manim import *`.
        modules: names of every importable module.
        stage: names of `visium_graph.stage`.
        unreadable: modules whose import failed.
        classes: the classes that are described, by ref: manim's, the stage's and all their bases.
        functions: all functions met, by ref.
    """

    def __init__(self) -> None:
        self.modules: dict[str, dict[str, Symbol]] = {}
        self.unreadable: set[str] = set()
        self.classes: dict[str, type] = {}
        self.functions: dict[str, Callable[..., Any]] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._collect()

    def files(self, *packages: str) -> list[str]:
        """Source files of the modules below these packages, without those for OpenGL."""
        inside = tuple(f"{package}." for package in packages)
        names = [name for name in self.modules if name.startswith(inside) and "opengl" not in name]
        return [file for name in names if (file := sys.modules[name].__file__) is not None]

    def _collect(self) -> None:
        manim = importlib.import_module("manim")
        star: dict[str, Any] = {}
        exec("from manim import *", star)  # noqa: S102  # the statement itself says best what it brings
        # Taken before further modules are imported: an import leaves its mark in the package above.
        for name in sorted(name for name in sys.modules if name.partition(".")[0] == "manim"):
            self._module(name, sys.modules[name])
        for name in sorted(_submodules(manim) - self.modules.keys() - NOT_IMPORTED):
            self._import(name)
        for module in _numpy_modules():
            self._module(module.__name__, module)
        self._module("math", math)
        stage = importlib.import_module(STAGE)
        for name in sorted(_submodules(stage)):
            self._import(name)
        self.names = self._symbols({k: v for k, v in star.items() if k != "__builtins__"})
        self.stage = self._symbols(_contents(stage))

    def _import(self, name: str) -> None:
        try:
            module = importlib.import_module(name)
        except Exception:  # noqa: BLE001  # a module may raise anything while it is imported: pyglet misses a display
            self.unreadable.add(name)
        else:
            self._module(name, module)

    def _module(self, name: str, module: ModuleType) -> None:
        self.modules[name] = self._symbols(_contents(module))

    def _symbols(self, contents: Mapping[str, Any]) -> dict[str, Symbol]:
        return {name: self._symbol(value) for name, value in contents.items()}

    def _symbol(self, value: Any) -> Symbol:
        if isinstance(value, ModuleType):
            return Symbol("module", value.__name__)
        if inspect.isclass(value):
            self._class(value)
            return Symbol("class", ref_of(value))
        if _is_function(value):
            ref = ref_of(value)
            self.functions.setdefault(ref, value)
            return Symbol("function", ref)
        kind = type(value)
        self._class(kind)
        ref = ref_of(kind)
        return Symbol("value", None, kind.__name__, ref if ref in self.classes else None)

    def _class(self, cls: type) -> None:
        if _is_described(cls.__module__):
            for base in cls.__mro__:
                self.classes.setdefault(ref_of(base), base)


def _is_described(module: str) -> bool:
    return module.partition(".")[0] == "manim" or module == STAGE or module.startswith(f"{STAGE}.")


def _is_function(value: Any) -> bool:
    if not callable(value) or not isinstance(getattr(value, "__module__", None), str):
        return False
    name = getattr(value, "__qualname__", None)
    return isinstance(name, str) and "<" not in name and not inspect.ismethod(value)


def _contents(module: ModuleType) -> dict[str, Any]:
    """All names but Python's own; those that a module makes on demand too."""
    contents = {}
    for name in dir(module):
        if name.startswith("__") and name != "__version__":
            continue
        try:
            contents[name] = getattr(module, name)
        except (AttributeError, ImportError):
            continue
    return contents


def _submodules(package: ModuleType) -> set[str]:
    return {info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=_pass_over)}


def _pass_over(_: str) -> None:
    """A package that cannot be imported hides its modules; its own import then tells."""


def _numpy_modules() -> Iterator[ModuleType]:
    numpy = importlib.import_module("numpy")
    yield numpy
    for name in dir(numpy):
        value = getattr(numpy, name)
        if isinstance(value, ModuleType) and value.__name__ == f"numpy.{name}" and not name.startswith("_"):
            yield value
