"""Functions, classes and imports: what the file adds to the names it uses."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from visium_graph.checks.static.frames import Frame
from visium_graph.checks.static.names import installed
from visium_graph.checks.static.policy import policy_of_import
from visium_graph.checks.static.values import (
    ClassValue,
    FunctionValue,
    LocalClass,
    LocalFunction,
    ModuleValue,
    Value,
)

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["Definitions"]

_PLAIN = {"staticmethod": "static", "classmethod": "class", "property": "property"}
_MANIMGL = {"manimlib", "manimgl", "manim_imports_ext", "big_ol_pile_of_manim_imports", "manimpango_gl"}
_FIRST = ("__init__", "setup", "construct")


class Definitions:
    """Takes definitions in.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk
        self._postponed = any(
            isinstance(item, ast.ImportFrom) and item.module == "__future__" and item.names[0].name == "annotations"
            for item in walk.tree.body
        )

    # Functions ---------------------------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function: its defaults and annotations are evaluated here, its body later."""
        walk = self._walk
        for decorator in node.decorator_list:
            walk.value(decorator)
        arguments = node.args
        for default in [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]:
            walk.value(default)
        if not self._postponed:
            self._annotations(node)
        function = self.local_function(node)
        walk.frame.bind(node.name, None if function.decorated else function)
        walk.define(function)

    def local_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> LocalFunction:
        """A function of the file as a value."""
        around = self._walk.frame.scope.node
        owner = around if isinstance(around, ast.ClassDef) else None
        names = [decorator.id if isinstance(decorator, ast.Name) else "" for decorator in node.decorator_list]
        binding = next((_PLAIN[name] for name in names if name in _PLAIN), "method")
        decorated = any(name not in _PLAIN for name in names)
        return LocalFunction(node, self._walk.frame.scope, owner, decorated, binding)

    def _annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]:
            if argument.annotation is not None:
                self._walk.value(argument.annotation)
        if node.returns is not None:
            self._walk.value(node.returns)

    # Classes -----------------------------------------------------------------------------------------------------

    def kind(self, node: ast.ClassDef) -> None:
        """A class: its body is walked here, its methods when the scope around it is done."""
        walk = self._walk
        for decorator in node.decorator_list:
            walk.value(decorator)
        bases = tuple(value for value in map(walk.value, node.bases) if value != FunctionValue("builtins.object"))
        for keyword in node.keywords:
            walk.value(keyword.value)
        self._module_as_base(node, bases)
        scope = walk.inner_scope(node)
        outside = walk.frame
        frame = Frame(scope, outer=outside, owner=outside.owner, receiver=outside.receiver)
        frame.probing = outside.probing
        methods: dict[str, LocalFunction] = {}
        odd = bool(node.keywords) or any(not isinstance(base, ClassValue | LocalClass) for base in bases)
        opaque = odd or "__getattr__" in scope.bound or "__getattribute__" in scope.bound or bool(node.decorator_list)
        kind = LocalClass(node, bases, methods, frozenset(scope.bound), {}, opaque)
        walk.frame = frame
        try:
            walk.statements.block(node.body)
        finally:
            walk.frame = outside
        scope.done = True
        for function in (value for value in scope.settled.values() if isinstance(value, LocalFunction)):
            if (
                not isinstance(function.node, ast.Lambda)
                and function.owner is node
                and scope.bound.get(function.node.name) == 1
            ):
                methods[function.node.name] = function
        if kind not in walk.world.classes:
            walk.world.classes.append(kind)
        outside.bind(node.name, None if node.decorator_list else kind)
        walk.rules.class_defined(kind)
        outside.deferred += frame.deferred
        if len(methods) > 1 and walk.report.listening and not outside.probing:
            order = [methods[name] for name in _FIRST if name in methods]
            walk.learn_later([*order, *(function for function in methods.values() if function not in order)])

    def _module_as_base(self, node: ast.ClassDef, bases: tuple[Value, ...]) -> None:
        walk = self._walk
        for base, value in zip(node.bases, bases, strict=False):
            if isinstance(value, ModuleValue) and isinstance(base, ast.Name):
                advice = walk.suggest.name(base.id, set(walk.library.star), of_manim=True)
                message = f"'{base.id}' is a module: a class cannot derive from it"
                walk.report.add("unknown-name", walk.source.span(base), message, suggestion=advice.text)

    # Imports -----------------------------------------------------------------------------------------------------

    def imports(self, node: ast.Import) -> None:
        """`import a.b as c`."""
        for alias in node.names:
            found = self._module(alias, alias.name)
            first = alias.name.partition(".")[0]
            name = alias.asname or first
            self._walk.frame.bind(name, ModuleValue(alias.name if alias.asname else first) if found else None)
            policy_of_import(self._walk, alias, alias.name)

    def imports_from(self, node: ast.ImportFrom) -> None:
        """`from a.b import c as d`."""
        walk = self._walk
        module = node.module or ""
        known = module != "__future__" and self._module(node, module, level=node.level)
        names = walk.library.module_names(module) if known else None
        if module == "manim" and known:
            names = {**(names or {}), **walk.library.star}
        for alias in node.names:
            if alias.name == "*":
                self._star(module, names)
                continue
            value = (names or {}).get(alias.name)
            submodule = f"{module}.{alias.name}"
            if names is not None and alias.name not in names:
                if submodule in walk.world.index.modules:
                    value = ModuleValue(submodule)
                elif submodule not in walk.world.index.unreadable:
                    self._absent(alias, module)
            walk.frame.bind(alias.asname or alias.name, value)
        policy_of_import(walk, node, module)

    def _star(self, module: str, names: dict[str, Value] | None) -> None:
        walk = self._walk
        if module == "manim":
            walk.names.manim_star = True
            walk.names.stars |= walk.library.star
        elif names is not None:
            hidden = module.partition(".")[0] not in {"numpy", "math"}
            walk.names.stars |= {name: value for name, value in names.items() if not name.startswith("_")}
            if hidden and module != "visium_graph.stage":
                walk.names.allow_anything()
        else:
            walk.names.allow_anything()

    def _module(self, node: ast.alias | ast.ImportFrom, module: str, level: int = 0) -> bool:
        """Whether a module is one the index knows; reports one that does not exist."""
        walk, first = self._walk, module.partition(".")[0]
        if level or not module:
            return False
        index = walk.world.index
        if module == "manim" or module in index.modules or module == "visium_graph.stage":
            return True
        if first in _MANIMGL:
            self._manimgl(node, module)
            walk.names.allow_anything()
        elif first == "manim" and module not in index.unreadable:
            walk.report.add("missing-import", walk.source.span(node), f"manim {index.version} has no module '{module}'")
        elif first not in {"manim", "visium_graph"} and not installed(first) and not self._beside(first):
            message = f"no module named '{first}' is installed here"
            walk.report.add("missing-import", walk.source.span(node), message)
        return False

    def _beside(self, module: str) -> bool:
        folder = Path(self._walk.report.file).parent
        return (folder / f"{module}.py").exists() or (folder / module).is_dir()

    def _manimgl(self, node: ast.alias | ast.ImportFrom, module: str) -> None:
        walk = self._walk
        star = isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] == ["*"]
        walk.report.add(
            "manimgl",
            walk.source.span(node),
            f"'{module}' is ManimGL, another library: this is checked against Manim Community",
            suggestion="write `from manim import *`" if star else "import from `manim`",
        )

    def _absent(self, alias: ast.alias, module: str) -> None:
        walk = self._walk
        span = walk.source.span(alias)
        advice = walk.suggest.name(alias.name, set(walk.library.module_names(module) or ()), of_manim=True)
        if advice.manimgl:
            message = f"'{alias.name}' belongs to ManimGL, not to Manim Community"
        else:
            message = f"module '{module}' has no '{alias.name}'"
        walk.report.add("manimgl" if advice.manimgl else "unknown-name", span, message, suggestion=advice.text)
