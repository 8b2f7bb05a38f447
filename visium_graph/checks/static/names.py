"""Names: what each stands for, and those that stand for nothing."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from visium_graph.checks.finding import Edit
from visium_graph.checks.static.frames import Frame
from visium_graph.checks.static.scopes import Scope
from visium_graph.checks.static.values import ClassValue, FunctionValue, Instance, ModuleValue, Value
from visium_graph.checks.static.world import BUILTINS

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["KNOWN_IMPORTS", "Names", "installed"]

KNOWN_IMPORTS = {
    "np": "import numpy as np",
    "math": "import math",
    "random": "import random",
    "itertools": "import itertools",
    "functools": "import functools",
    "numpy": "import numpy",
    "copy": "import copy",
    "cmath": "import cmath",
    "colorsys": "import colorsys",
    "string": "import string",
    "time": "import time",
    "partial": "from functools import partial",
    "reduce": "from functools import reduce",
    "product": "from itertools import product",
    "permutations": "from itertools import permutations",
    "combinations": "from itertools import combinations",
    "deepcopy": "from copy import deepcopy",
    "defaultdict": "from collections import defaultdict",
    "Counter": "from collections import Counter",
    "deque": "from collections import deque",
    "dataclass": "from dataclasses import dataclass",
    "Fraction": "from fractions import Fraction",
    "Path": "from pathlib import Path",
    "Enum": "from enum import Enum",
    "Callable": "from collections.abc import Callable",
    "Iterable": "from collections.abc import Iterable",
    "Sequence": "from collections.abc import Sequence",
    **{name: f"from typing import {name}" for name in ("Any", "List", "Dict", "Tuple", "Optional", "Union")},
}
"""Names that scenes use without importing them, and the import that each means."""
_LIVE_NAMES = {"exec", "globals", "locals", "vars", "eval"}


class Names:
    """Looks names up.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        self._walk = walk
        self.stars: dict[str, Value] = {}
        """What the file's star imports brought."""
        self.manim_star = False
        self._anything = bool(walk.world.named & _LIVE_NAMES)

    def allow_anything(self) -> None:
        """From here on every name may exist: a star import of something unknown."""
        self._anything = True

    def value(self, node: ast.Name) -> Value:
        """What a name stands for, where it is read."""
        frame, name = self._walk.frame, node.id
        owner = frame.scope.owner_of(name)
        if owner is frame.scope and frame.flow is not None and name not in frame.flow:
            return self._unbound(node, frame)
        if owner is None:
            return self._global(node)
        return self._bound(name, owner, frame)

    def _bound(self, name: str, owner: Scope, frame: Frame) -> Value:
        if name in owner.volatile:
            return None
        live = frame.frame_of(owner)
        if live is not None:
            return (live.flow or {}).get(name)
        if owner.done or owner.bound[name] == 1:
            return owner.settled.get(name)
        return None

    def _unbound(self, node: ast.Name, frame: Frame) -> Value:
        """A name that its scope binds, though on no way that leads here."""
        name = node.id
        if frame.scope.kind == "class":
            parent = frame.scope.parent
            owner = parent.owner_of(name) if parent is not None else None
            if owner is not None and frame.outer is not None:
                return self._bound(name, owner, frame.outer)
            return self._global(node)
        if frame.scope.kind == "module":
            return self._global(node, deleted=True)
        if name in frame.scope.volatile or self._anything:
            return None
        self._walk.report.add(
            "undefined-variable",
            self._walk.source.span(node),
            f"'{name}' is used before it is given a value: the function assigns it only later, or on no way to here",
        )
        return None

    def _global(self, node: ast.Name, *, deleted: bool = False) -> Value:
        name = node.id
        if name in self.stars:
            return self.stars[name]
        if name in BUILTINS:
            return FunctionValue(f"builtins.{name}")
        module = self._walk.frame.scope.module
        if not self._anything and not (deleted and name in module.volatile):
            self._undefined(node)
        return None

    # What is wrong with a name that nothing binds ------------------------------------------------------------------

    def _undefined(self, node: ast.Name) -> None:
        walk, name = self._walk, node.id
        if not walk.report.listening:
            return
        span = walk.source.span(node)
        missing = self._missing_import(name)
        if missing is not None:
            statement, edits = missing
            message = f"'{name}' is used but never imported"
            walk.report.add("missing-import", span, message, suggestion=f"add `{statement}`", fix=edits)
            return
        called = node in walk.world.called
        advice = walk.suggest.name(name, self.visible(), self._own(), of_manim=self.manim_star, called=called)
        if advice.manimgl:
            message = f"'{name}' belongs to ManimGL, not to Manim Community"
            rule = "manimgl"
        elif advice.of_manim or (name[:1].isupper() and self.manim_star):
            message = f"there is no '{name}' in manim {walk.world.index.version}"
            rule = "unknown-name"
        else:
            message = f"'{name}' is not defined anywhere in reach"
            rule = "undefined-variable"
        right = advice.replacement
        certain = right is not None and self._resolves(right) and (not called or self._callable(right))
        fix = [walk.source.replacing(span, right)] if right is not None and certain else None
        walk.report.add(rule, span, message, suggestion=advice.text, fix=fix)

    def _callable(self, replacement: str) -> bool:
        """Whether a name that a call may be made to; of one with a dot nothing else is known than that it is there."""
        return "." in replacement or isinstance(self.stars.get(replacement), ClassValue | FunctionValue)

    def _resolves(self, replacement: str) -> bool:
        """Whether a replacement is found from here as what the library means by it."""
        first, _, rest = replacement.partition(".")
        owner = self._walk.frame.scope.owner_of(first)
        value = self.stars.get(first)
        if owner is not None and owner.kind == "module" and rest:
            value = owner.settled.get(first)  # `np` is mostly imported under its own name too
        elif owner is not None or first not in self.stars:
            return False
        if not rest:
            return True
        if isinstance(value, Instance) and isinstance(value.kind, str):
            return not self._walk.world.lacks(value, rest)
        return isinstance(value, ModuleValue) and rest in (self._walk.library.module_names(value.name) or {})

    def _missing_import(self, name: str) -> tuple[str, list[Edit] | None] | None:
        statement = KNOWN_IMPORTS.get(name)
        if statement is not None:
            return statement, self.import_edit(statement)
        if self.manim_star:
            return None
        if name in self._walk.world.index.names:
            statement = "from manim import *"
            return statement, self.import_edit(statement)
        return None

    def import_edit(self, statement: str) -> list[Edit]:
        """The edit that adds an import after the file's last one at its head."""
        after = 0
        for position, item in enumerate(self._walk.tree.body):
            if isinstance(item, ast.Import | ast.ImportFrom):
                after = item.end_lineno or item.lineno
            elif not (position == 0 and isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)):
                break
            else:
                after = item.end_lineno or item.lineno
        source = self._walk.source
        end = source.newline
        if after == 0:
            return [Edit(line=1, column=1, end_line=1, end_column=1, text=f"{statement}{end}")]
        column = len(source.line(after)) + 1
        return [Edit(line=after, column=column, end_line=after, end_column=column, text=f"{end}{statement}")]

    def visible(self) -> set[str]:
        """Every name in reach of where the walk stands."""
        return set(self.stars) | BUILTINS | self._own()

    def _own(self) -> set[str]:
        names: set[str] = set()
        scope: Scope | None = self._walk.frame.scope
        while scope is not None:
            names |= scope.bound.keys()
            scope = scope.parent
        return names


@cache
def installed(module: str) -> bool:
    """Whether a top-level module is installed, or part of Python; it is looked for, never imported."""
    if module in sys.stdlib_module_names:
        return True
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return True  # it is there, though odd
