"""The walk through a file: an abstract interpreter that knows what each name may be, and asks the rules on its way.

The file's own functions are walked after the scope that defines them, once, with every finding kept; where a call
needs to know what one returns, its body is walked before, in silence. Nothing is ever imported or run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from visium_graph.checks.index.model import Index
from visium_graph.checks.static.attributes import Attributes
from visium_graph.checks.static.calls import Calls
from visium_graph.checks.static.expressions import Expressions
from visium_graph.checks.static.frames import Frame
from visium_graph.checks.static.library import SCENE, Library
from visium_graph.checks.static.names import Names
from visium_graph.checks.static.report import Report
from visium_graph.checks.static.rules import Rules
from visium_graph.checks.static.scopes import Scope, scope_of, walk_scope
from visium_graph.checks.static.source import Source
from visium_graph.checks.static.statements import Statements
from visium_graph.checks.static.suggestions import Suggester
from visium_graph.checks.static.values import Instance, LocalClass, LocalFunction, Value, joined
from visium_graph.checks.static.world import World

__all__ = ["Walker"]

DEEPEST = 120
"""Expressions and blocks nested deeper are not looked into: no scene needs them, and Python's stack ends."""
MOST_STEPS = 800_000
"""Nodes walked at most, over all passes: a megabyte of code is through in seconds."""
_UNKNOWN_CALLS = 6
"""A return value is not followed through more calls than this."""


class Walker:
    """One walk through one file.

    Args:
        source: its text.
        tree: its syntax tree.
        index: of the installed manim.
        report: takes the findings.
    """

    def __init__(self, source: Source, tree: ast.Module, index: Index, report: Report) -> None:
        self.source = source
        self.tree = tree
        self.report = report
        self.world = World(index, tree)
        self.suggest = Suggester(index)
        self.frame = Frame(scope_of(tree, None))
        self.depth = 0
        self.deepest = DEEPEST
        self.steps = 0
        self.hints: dict[ast.AST, list[Value]] = {}
        """What the parameters of the file's functions are given, by function."""
        self.sheltered: dict[ast.AST, frozenset[str]] = {}
        """Functions called where exceptions are caught."""
        self._to_learn: list[LocalFunction] = []
        self._results: dict[ast.AST, Value] = {}
        self._running: list[ast.AST] = []
        self.names = Names(self)
        self.rules = Rules(self)
        self.attributes = Attributes(self)
        self.calls = Calls(self)
        self.expressions = Expressions(self)
        self.statements = Statements(self)

    def run(self) -> None:
        """Walks the whole file."""
        self.statements.block(self.tree.body)
        self._finish(self.frame)

    @property
    def library(self) -> Library:
        """The index and what follows from it."""
        return self.world.library

    def has_scene(self) -> bool:
        """Whether the file defines a scene, or may do so in a way that is not followed."""
        world = self.world
        return any(world.is_scene(kind) or world.opaque(kind) for kind in world.classes)

    def library_scene(self, value: Value) -> bool:
        """Whether a value is a scene."""
        return self.world.surely_a(value, SCENE)

    def value(self, node: ast.expr) -> Value:
        """What an expression may be, with the findings in it."""
        self.steps += 1
        if self.depth > DEEPEST or self.steps > MOST_STEPS:
            return None
        self.depth += 1
        try:
            return self.expressions.value(node)
        finally:
            self.depth -= 1

    # Functions of the file ---------------------------------------------------------------------------------------

    def define(self, function: LocalFunction) -> None:
        """Takes a function in, to be walked later."""
        if not self.report.listening or self.frame.probing:
            return
        self.frame.deferred.append(function)

    def learn_later(self, functions: Iterable[LocalFunction]) -> None:
        """Takes in methods that are first walked in silence, to learn what they set on `self`."""
        self._to_learn += functions

    def result(self, function: LocalFunction) -> Value:
        """What a call of a function of the file returns."""
        node = function.node
        if node in self._results:
            return self._results[node]
        if node in self._running or len(self._running) > _UNKNOWN_CALLS or function.decorated:
            return None
        if isinstance(node, ast.AsyncFunctionDef) or _yields(node):
            return None
        with self.report.silence():
            result = self._walk(function, self._typed(function, ()))
        self._results[node] = result
        return result

    def hint(self, function: LocalFunction, given: Sequence[Value]) -> None:
        """Notes what the parameters of a function are given somewhere."""
        known = self.hints.get(function.node)
        if known is None:
            self.hints[function.node] = list(given)
        else:
            self.hints[function.node] = [joined(one, other) for one, other in zip(known, given, strict=False)]

    def shelter(self, function: LocalFunction) -> None:
        """Notes that a function is called where exceptions are caught."""
        caught = self.report.caught
        if caught:
            self.sheltered[function.node] = self.sheltered.get(function.node, frozenset()) | caught

    def _finish(self, frame: Frame) -> None:
        frame.scope.done = True
        learning, self._to_learn = self._to_learn, []
        with self.report.silence():
            for function in learning:
                self._walk(function, self._typed(function, ()))
        if learning:
            self._results.clear()  # what they return may be known better now
        for function in frame.deferred:
            if self.report.listening:
                with self.report.catching(self.sheltered.get(function.node, frozenset())):
                    self._walk(function, self._typed(function, self.hints.get(function.node, ())))

    def _walk(self, function: LocalFunction, values: dict[str, Value]) -> Value:
        """Walks a function's body; the value is what it returns."""
        node = function.node
        outside, depth = self.frame, self.depth
        owner = self._class_of(function)
        frame = Frame(scope_of(node, function.scope), owner=owner)
        if owner is not None and function.binding in {"method", "property"} and node.args.args:
            frame.receiver = node.args.args[0].arg
        else:
            frame.owner, frame.receiver = outside.owner, outside.receiver
        self._running.append(node)
        self.frame, self.depth = frame, 0 if len(self._running) < 3 else depth
        try:
            for name, value in values.items():
                frame.bind(name, value)
            if isinstance(node, ast.Lambda):
                frame.returns.append(self.value(node.body))
            else:
                self.statements.block(node.body)
                if frame.flow is not None:
                    frame.returns.append(None)
            self._finish(frame)
        finally:
            self.frame, self.depth = outside, depth
            self._running.pop()
        result = frame.returns[0] if frame.returns else None
        for value in frame.returns[1:]:
            result = joined(result, value)
        return result

    def _class_of(self, function: LocalFunction) -> LocalClass | None:
        if function.owner is None:
            return None
        return next((kind for kind in self.world.classes if kind.node is function.owner), None)

    def _typed(self, function: LocalFunction, given: Sequence[Value]) -> dict[str, Value]:
        """The parameters' values: the receiver, what is given, what the annotations promise."""
        arguments = function.node.args
        values: dict[str, Value] = {}
        plain = [*arguments.posonlyargs, *arguments.args]
        owner = self._class_of(function)
        rest = plain
        if owner is not None and plain and function.binding != "static":
            is_method = function.binding in {"method", "property"} and not function.decorated
            values[plain[0].arg] = Instance(owner, exact=False) if is_method else None
            rest = plain[1:]
        for place, argument in enumerate([*rest, *arguments.kwonlyargs]):
            value = given[place] if place < len(given) and place < len(rest) else None
            values[argument.arg] = value if value is not None else self.expressions.promised(argument.annotation)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                values[extra.arg] = None
        return values

    def inner_scope(self, node: ast.ClassDef | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Scope:
        """The scope that a class body or a comprehension opens here."""
        return scope_of(node, self.frame.scope)


def _yields(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in walk_scope(node))
