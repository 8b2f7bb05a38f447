"""Statements: how what is known flows through a block, its branches and loops."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from visium_graph.checks.static.frames import Loop, merged
from visium_graph.checks.static.scopes import bound_in
from visium_graph.checks.static.values import ClassValue, Instance, LocalClass, SequenceValue, Value

if TYPE_CHECKING:
    from visium_graph.checks.static.walker import Walker

__all__ = ["Statements"]

_PASSES = 3
"""Walks through a loop until what is known at its end is what was known at its begin."""


class Statements:
    """Walks blocks of statements.

    Args:
        walk: the walk they are met on.
    """

    def __init__(self, walk: Walker) -> None:
        from visium_graph.checks.static.definitions import Definitions  # noqa: PLC0415  # they know each other

        self._walk = walk
        self.definitions = Definitions(walk)
        self._by_type: dict[type[ast.stmt], Callable[[Any], None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Delete: self._delete,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Match: self._match,
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.Break: self._leave,
            ast.Continue: self._leave,
            ast.Assert: self._assert,
            ast.FunctionDef: self.definitions.function,
            ast.AsyncFunctionDef: self.definitions.function,
            ast.ClassDef: self.definitions.kind,
            ast.Import: self.definitions.imports,
            ast.ImportFrom: self.definitions.imports_from,
        }
        if hasattr(ast, "TryStar"):
            self._by_type[ast.TryStar] = self._try

    def block(self, body: list[ast.stmt]) -> None:
        """Walks statements in order, up to where no way leads on."""
        walk = self._walk
        walk.depth += 1
        for statement in body:
            if walk.frame.flow is None:
                break
            walk.steps += 1
            handle = self._by_type.get(type(statement))
            if handle is None:
                continue
            if walk.depth > walk.deepest:
                self._forget(statement)
            else:
                handle(statement)
        walk.depth -= 1

    def _forget(self, statement: ast.stmt) -> None:
        for name in bound_in(statement):
            self._walk.frame.bind(name, None)

    def _expression(self, node: ast.Expr) -> None:
        self._walk.value(node.value)

    def _assert(self, node: ast.Assert) -> None:
        self._walk.value(node.test)
        self._narrow(node.test)

    def _return(self, node: ast.Return) -> None:
        frame = self._walk.frame
        value = None if node.value is None else self._walk.value(node.value)
        if not frame.probing:
            frame.returns.append(value)
        frame.flow = None

    def _raise(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self._walk.value(part)
        self._walk.frame.flow = None

    def _leave(self, node: ast.Break | ast.Continue) -> None:
        frame = self._walk.frame
        if frame.loops and frame.flow is not None:
            loop = frame.loops[-1]
            (loop.breaks if isinstance(node, ast.Break) else loop.continues).append(dict(frame.flow))
        frame.flow = None

    # Binding -----------------------------------------------------------------------------------------------------

    def _assign(self, node: ast.Assign) -> None:
        value = self._walk.value(node.value)
        for target in node.targets:
            self.assign(target, value, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self._walk.value(node.value), node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        added = self._walk.value(node.value)
        if not isinstance(node.target, ast.Name):
            self.assign(node.target, None)
            return
        frame, name = self._walk.frame, node.target.id
        old = self._walk.names.value(ast.copy_location(ast.Name(name, ast.Load()), node.target))
        if isinstance(old, SequenceValue):
            old.spoil()
        if isinstance(old, Instance) and old.cell is not None:
            old.cell.put(None if isinstance(added, SequenceValue) else added)
            return  # a group takes in what is added and stays itself
        # A function's name that no way to here has bound stays so: the statement raises.
        if frame.scope.kind != "function" or name in (frame.flow or {}) or name in frame.scope.outer_names:
            frame.bind(name, None)

    def _delete(self, node: ast.Delete) -> None:
        frame = self._walk.frame
        for target in node.targets:
            if isinstance(target, ast.Name):
                if frame.flow is not None:
                    frame.flow.pop(target.id, None)
            else:
                self.assign(target, None)

    def assign(self, target: ast.expr, value: Value, node: ast.expr | None = None) -> None:
        """Binds a target to a value.

        Args:
            target: what stands left of the sign.
            value: what it is bound to.
            node: the expression it comes from, where there is one.
        """
        walk = self._walk
        if isinstance(target, ast.Name):
            walk.frame.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, None)
        elif isinstance(target, ast.Attribute):
            holder = walk.value(target.value)
            walk.attributes.stored(target, holder, value, node)
        elif isinstance(target, ast.Subscript):
            holder = walk.value(target.value)
            walk.value(target.slice)
            if isinstance(holder, SequenceValue):
                holder.spoil()
            elif isinstance(holder, Instance) and holder.cell is not None:
                holder.cell.spoil()

    def _unpack(self, targets: list[ast.expr], value: Value) -> None:
        parts: list[Value] = [self._walk.expressions.element(value)] * len(targets)
        plain = not any(isinstance(target, ast.Starred) for target in targets)
        if isinstance(value, SequenceValue) and value.items is not None:
            parts = list(value.items) if plain and len(value.items) == len(targets) else [None] * len(targets)
        for target, part in zip(targets, parts, strict=True):
            self.assign(target, part)

    # Branches ----------------------------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> None:
        frame = self._walk.frame
        self._walk.value(node.test)
        before = frame.flow
        truth = _constant_truth(node.test)
        after = []
        if truth is not False:
            frame.flow = dict(before or {})
            self._narrow(node.test)
            self.block(node.body)
            after.append(frame.flow)
        if truth is not True:
            frame.flow = dict(before or {})
            self.block(node.orelse)
            after.append(frame.flow)
        frame.flow = merged(after)

    @contextmanager
    def assuming(self, *tests: ast.expr | None) -> Iterator[None]:
        """Within the block the tests have held."""
        frame = self._walk.frame
        before = dict(frame.flow) if frame.flow is not None else None
        for test in tests:
            if test is not None:
                self._narrow(test)
        yield
        frame.flow = before

    def _narrow(self, test: ast.expr) -> None:
        """Takes in what a test proves of a name: its class, or that nothing known of it holds."""
        frame = self._walk.frame
        for node in ast.walk(test):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 2):
                continue
            name, kind = node.args
            if node.func.id == "isinstance" and isinstance(name, ast.Name) and frame.flow and name.id in frame.flow:
                with self._walk.report.silence():
                    value = self._walk.value(kind)
                known: Value = None
                # Under `not` or `or` the test proves nothing.
                if node is test and isinstance(value, ClassValue):
                    known = self._walk.world.library.instance(value.ref, exact=False)
                elif node is test and isinstance(value, LocalClass):
                    known = Instance(value, exact=False)
                frame.flow[name.id] = known

    def _match(self, node: ast.Match) -> None:
        frame = self._walk.frame
        self._walk.value(node.subject)
        before = frame.flow
        after = [before]
        for case in node.cases:
            frame.flow = dict(before or {})
            for name in bound_in_pattern(case.pattern):
                frame.bind(name, None)
            if case.guard is not None:
                self._walk.value(case.guard)
            self.block(case.body)
            after.append(frame.flow)
        frame.flow = merged(after)

    # Loops -------------------------------------------------------------------------------------------------------

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        iterated = self._walk.value(node.iter)
        element = self._walk.expressions.iterated(node.iter, iterated)

        def once() -> None:
            self.assign(node.target, element)
            self.block(node.body)

        self._loop(node, once, leaves=True)

    def _while(self, node: ast.While) -> None:
        def once() -> None:
            self._walk.value(node.test)
            self._narrow(node.test)
            self.block(node.body)

        self._loop(node, once, leaves=_constant_truth(node.test) is not True)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, once: Callable[[], None], *, leaves: bool) -> None:
        """Walks a loop: in silence until nothing new is learned, then once aloud."""
        frame = self._walk.frame
        start = dict(frame.flow or {})
        if frame.probing:
            # Within a walk that only learns, whatever the body binds may be anything.
            start |= dict.fromkeys(bound_in(node))
        else:
            start = self._settled(start, once, node)
        frame.flow = dict(start)
        loop = Loop()
        frame.loops.append(loop)
        once()
        frame.loops.pop()
        begun_again = merged([frame.flow, *loop.continues])
        frame.flow = merged([start, begun_again]) if leaves else None
        if frame.flow is not None:
            self.block(node.orelse)
        frame.flow = merged([frame.flow, *loop.breaks])

    def _settled(self, start: dict[str, Value], once: Callable[[], None], node: ast.stmt) -> dict[str, Value]:
        frame = self._walk.frame
        for _ in range(_PASSES):
            frame.flow = dict(start)
            loop = Loop()
            frame.loops.append(loop)
            frame.probing += 1
            with self._walk.report.silence():
                once()
            frame.probing -= 1
            frame.loops.pop()
            again = merged([start, frame.flow, *loop.continues])
            assert again is not None
            if again == start:
                return start
            start = again
        return start | dict.fromkeys(bound_in(node))

    # Exceptions --------------------------------------------------------------------------------------------------

    def _try(self, node: Any) -> None:
        frame = self._walk.frame
        before = dict(frame.flow or {})
        caught = frozenset().union(*(self._caught(handler.type) for handler in node.handlers))
        with self._walk.report.catching(caught):
            self.block(node.body)
        # The body may have been left anywhere.
        anywhere = before | {name: None for statement in node.body for name in bound_in(statement)}
        after = []
        if frame.flow is not None:
            self.block(node.orelse)
        after.append(frame.flow)
        for handler in node.handlers:
            frame.flow = dict(anywhere)
            if handler.type is not None:
                self._walk.value(handler.type)
            if handler.name is not None:
                frame.bind(handler.name, None)
            self.block(handler.body)
            after.append(frame.flow)
        frame.flow = merged(after)
        if node.finalbody:
            reached = frame.flow is not None
            frame.flow = frame.flow if reached else dict(anywhere)
            self.block(node.finalbody)
            if not reached:
                frame.flow = None

    def _caught(self, node: ast.expr | None) -> frozenset[str]:
        if node is None:
            return frozenset({"Exception"})
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return frozenset("Exception" if name == "BaseException" else name for name in names)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        caught: frozenset[str] = frozenset()
        for item in node.items:
            value = self._walk.value(item.context_expr)
            del value
            if item.optional_vars is not None:
                self.assign(item.optional_vars, None)
            call = item.context_expr
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in {"suppress", "raises"}:
                caught = caught.union(*(self._caught(argument) for argument in call.args))
        frame = self._walk.frame
        before = dict(frame.flow or {})
        with self._walk.report.catching(caught):
            self.block(node.body)
        if caught:
            frame.flow = merged([frame.flow, before | {name: None for part in node.body for name in bound_in(part)}])


def bound_in_pattern(pattern: ast.pattern) -> Iterator[str]:
    """The names that a pattern of a match statement captures."""
    for node in ast.walk(pattern):
        if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name is not None:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest is not None:
            yield node.rest


def _constant_truth(test: ast.expr) -> bool | None:
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
        return False
    return None
