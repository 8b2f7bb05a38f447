"""Where the `**kwargs` of one function go: every way through its body, up to the calls that receive them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache

from visium_graph.checks.index.keys import ANY, NONE, UNKNOWN, Keys
from visium_graph.checks.index.sources import FunctionNode

__all__ = ["Sink", "surviving"]

Sink = Callable[[ast.Call], "tuple[Keys, Sequence[str]]"]
"""What a call accepts by keyword, and the names of its parameters by position."""

MERGING = {"dict", "merge_dicts_recursively", "update_dict_recursively"}
READING = {"len", "bool", "str", "repr", "print", "list", "set", "sorted", "tuple"}
READING_METHODS = {"debug", "error", "info", "warn", "warning"}
CATCHES_REFUSAL = {"TypeError", "Exception", "BaseException"}


def surviving(function: FunctionNode, sink: Sink) -> Keys:
    """The keywords that pass through the `**` parameter of a function without an error.

    Args:
        function: a function with such a parameter.
        sink: says what a call accepts.
    """
    assert function.args.kwarg is not None
    walk = _Walk(function.args.kwarg.arg, sink)
    keys = walk.block(function.body)
    return keys if keys.rest == "refused" else keys.plus(walk.taken | walk.read)


class _Walk:
    """A walk through one function, in the order of its text.

    Attributes:
        bags: the variables that hold the keywords.
        taken: keywords taken out of the bag so far: they pass whatever comes later.
        read: keywords that are looked at.
    """

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self.bags = {name}
        self.taken: set[str] = set()
        self.read: set[str] = set()
        self.sink = sink

    def block(self, body: Sequence[ast.stmt]) -> Keys:
        keys = ANY
        for number, statement in enumerate(body):
            if isinstance(statement, ast.If) and any(map(_leaves, (statement.body, statement.orelse))):
                return keys & self.parting(statement, body[number + 1 :])
            keys &= self.statement(statement)
            if isinstance(statement, ast.Raise):
                return NONE
            if isinstance(statement, ast.Return):
                break
        return keys

    def parting(self, branch: ast.If, rest: Sequence[ast.stmt]) -> Keys:
        """An `if` of which one way does not lead on to the rest of the block."""
        test = self.expression(branch.test)
        if self.is_emptiness(branch.test) and _leaves(branch.body) and isinstance(branch.body[-1], ast.Raise):
            # `if kwargs: raise`: whatever has not been taken out by now is refused.
            return Keys(frozenset(self.taken), "refused") & self.block([*branch.orelse, *rest])
        ways = [body if _leaves(body) else [*body, *rest] for body in (branch.body, branch.orelse)]
        return test & (self.block(ways[0]) | self.block(ways[1]))

    def is_emptiness(self, test: ast.expr) -> bool:
        if isinstance(test, ast.Compare):
            test = test.left
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "len" and test.args:
            test = test.args[0]
        return isinstance(test, ast.Name) and test.id in self.bags

    def statement(self, node: ast.stmt) -> Keys:  # noqa: PLR0911  # one for each form of statement
        match node:
            case ast.If():
                return self.expression(node.test) & (self.block(node.body) | self.block(node.orelse))
            case ast.For() | ast.AsyncFor():
                # A loop is taken to be run: a keyword that fails in it is wrong even where a list happens to be empty.
                return self.expression(node.iter) & self.block(node.body) & self.block(node.orelse)
            case ast.While():
                return self.expression(node.test) & self.block(node.body) & self.block(node.orelse)
            case ast.With() | ast.AsyncWith():
                return self.all([item.context_expr for item in node.items]) & self.block(node.body)
            case ast.Try():
                keys = self.block([*node.body, *node.orelse])
                caught = keys.rest == "refused" and any(map(_catches_refusal, node.handlers))
                return (Keys(keys.names, "unknown") if caught else keys) & self.block(node.finalbody)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return UNKNOWN if self.mentions(node) else ANY
            case ast.Assign(targets=[target]):
                return self.assignment(target, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                return self.assignment(node.target, value)
            case ast.Delete():
                self.taken |= {key for target in node.targets if (key := self.key_of(target))}
                return ANY
            case _:
                return self.all([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])

    def assignment(self, target: ast.expr, value: ast.expr) -> Keys:
        if isinstance(target, ast.Name) and self.is_bag(value):
            self.bags.add(target.id)
            return ANY
        if self.key_of(target):
            return self.expression(value)  # kwargs["x"] = ...
        return self.expression(value) & self.expression(target)

    def key_of(self, node: ast.expr) -> str | None:
        """The key in `kwargs["key"]`."""
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))) if name in self.bags:
                return key
        return None

    def is_bag(self, node: ast.expr) -> bool:
        """An expression that makes a dictionary of the keywords, perhaps with others."""
        match node:
            case ast.Name(id=name):
                return name in self.bags
            case ast.Dict():
                return any(
                    key is None and self.is_bag(value) for key, value in zip(node.keys, node.values, strict=True)
                )
            case ast.BinOp(op=ast.BitOr()):
                return self.is_bag(node.left) or self.is_bag(node.right)
            case ast.Call(func=ast.Attribute(attr="copy", value=value)):
                return self.is_bag(value)
            case ast.Call(func=ast.Name(id=name)) if name in MERGING:
                given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg is None)]
                return any(map(self.is_bag, given))
        return False

    def mentions(self, node: ast.AST) -> bool:
        return not self.bags.isdisjoint(_names(node))

    def all(self, nodes: Sequence[ast.expr]) -> Keys:
        keys = ANY
        for node in nodes:
            keys &= self.expression(node)
        return keys

    def expression(self, node: ast.expr) -> Keys:  # noqa: PLR0911  # one for each form of expression
        if not self.mentions(node):
            return ANY
        if (key := self.key_of(node)) is not None:
            self.read.add(key)
            return ANY
        match node:
            case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[ast.Name()]):
                self.read.add(key)
                return ANY
            case ast.IfExp():
                return self.expression(node.test) & (self.expression(node.body) | self.expression(node.orelse))
            case ast.Call():
                return self.call(node)
            case ast.Name() | ast.Lambda():
                return UNKNOWN  # it is handed on, or kept for later
            case ast.BoolOp(values=[first, *others]):
                return self.expression(first) & (ANY | self.all(others))
        return self.all([child for child in _expressions(node) if not self.is_emptiness(child)])

    def call(self, node: ast.Call) -> Keys:
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if name in self.bags:
                return self.bag_method(method, node)
            case ast.Attribute(value=ast.Name(id=name), attr="update") if any(map(self.is_bag, node.args)):
                self.bags.add(name)
                return ANY
        keys = self.expression(node.func)
        reads = (isinstance(node.func, ast.Name) and node.func.id in READING) or (
            isinstance(node.func, ast.Attribute) and node.func.attr in READING_METHODS
        )
        keys &= self.all([arg for arg in node.args if not (reads and self.is_bag(arg))])
        keys &= self.all([keyword.value for keyword in node.keywords if keyword.arg is not None])
        for keyword in node.keywords:
            if keyword.arg is None and self.is_bag(keyword.value):
                keys &= self.handed_on(node, keyword.value)
            elif keyword.arg is None:
                keys &= self.expression(keyword.value)
        return keys

    def handed_on(self, node: ast.Call, bag: ast.expr) -> Keys:
        """`f(..., **kwargs)`: what f accepts, without what the call gives it already."""
        keys, positional = self.sink(node)
        given = set() if any(isinstance(arg, ast.Starred) for arg in node.args) else set(positional[: len(node.args)])
        if isinstance(bag, ast.Name) and bag.id == self.name:
            given |= {keyword.arg for keyword in node.keywords if keyword.arg is not None}
        return keys.minus(given).plus(self.taken)

    def bag_method(self, method: str, node: ast.Call) -> Keys:
        """`kwargs.pop(...)` and its like."""
        keys = self.all([*node.args, *(keyword.value for keyword in node.keywords)])
        if method in {"pop", "get", "setdefault"} and node.args and isinstance(node.args[0], ast.Constant):
            (self.taken if method == "pop" else self.read).add(str(node.args[0].value))
            return keys
        return keys if method in {"copy", "update"} else UNKNOWN


@cache
def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise)


def _catches_refusal(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else None
    return names is None or bool(names & CATCHES_REFUSAL)


def _expressions(node: ast.AST) -> list[ast.expr]:
    """The expressions directly inside, those of comprehensions and subscripts too."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            found.append(child)
        else:
            found += _expressions(child)
    return found
