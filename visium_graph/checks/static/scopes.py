"""Which names each scope of a file binds, after Python's own rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from visium_graph.checks.static.values import Value

__all__ = ["Scope", "ScopeNode", "bound_in", "scope_of", "walk_scope"]

ScopeKind = Literal["module", "class", "function", "comprehension"]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ScopeNode = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | Comprehension
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(eq=False)
class Scope:
    """One scope of the file.

    Attributes:
        bound: every name it binds, with how many places bind it.
        outer_names: names it declares `global` or `nonlocal`.
        parent: the scope around it.
        volatile: names that an inner scope rebinds: nobody knows when, so nothing is known of them.
        settled: what its names were bound to, joined over all places walked so far.
        done: it has been walked to its end.
        anything: a star import from an unknown module, or the like: every name may exist.
    """

    node: ScopeNode
    kind: ScopeKind
    parent: Scope | None
    bound: dict[str, int] = field(default_factory=dict)
    outer_names: dict[str, Literal["global", "nonlocal"]] = field(default_factory=dict)
    volatile: set[str] = field(default_factory=set)
    settled: dict[str, Value] = field(default_factory=dict)
    done: bool = False
    anything: bool = False

    @property
    def module(self) -> Scope:
        """The scope of the file."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def owner_of(self, name: str) -> Scope | None:
        """The scope in which this one finds `name`, or None where only the builtins are left."""
        if self.outer_names.get(name) == "global":
            return self.module if name in self.module.bound else None
        if name in self.bound and name not in self.outer_names:
            return self
        scope = self.parent
        while scope is not None:
            # A class body's names are not seen from the functions inside it.
            if scope.kind != "class" and name in scope.bound and name not in scope.outer_names:
                return scope
            scope = scope.parent
        return None

    def note(self, name: str, value: Value) -> None:
        """Joins what a name was bound to into what is known of it at the scope's end."""
        from visium_graph.checks.static.values import joined  # noqa: PLC0415  # values and scopes know each other

        self.settled[name] = joined(self.settled[name], value) if name in self.settled else value


def scope_of(node: ScopeNode, parent: Scope | None) -> Scope:
    """The scope that a node opens, with everything it binds."""
    kind: ScopeKind = "function"
    if isinstance(node, ast.Module):
        kind = "module"
    elif isinstance(node, ast.ClassDef):
        kind = "class"
    elif isinstance(node, _COMPREHENSIONS):
        kind = "comprehension"
    scope = Scope(node, kind, parent)
    for name in bound_in(node):
        scope.bound[name] = scope.bound.get(name, 0) + 1
    for inner in walk_scope(node):
        if isinstance(inner, ast.Global | ast.Nonlocal):
            word: Literal["global", "nonlocal"] = "global" if isinstance(inner, ast.Global) else "nonlocal"
            scope.outer_names |= dict.fromkeys(inner.names, word)
    if isinstance(node, ast.Module):
        scope.volatile |= _declared(node, ast.Global)
        # A name may be bound by a function alone.
        scope.bound = dict.fromkeys(scope.volatile, 1) | scope.bound
    elif kind == "function":
        scope.volatile |= _declared(node, ast.Nonlocal)
    return scope


def _declared(node: ScopeNode, kind: type[ast.Global | ast.Nonlocal]) -> set[str]:
    return {name for inner in ast.walk(node) if isinstance(inner, kind) for name in inner.names}


def bound_in(node: ScopeNode | ast.stmt) -> Iterator[str]:
    """Every name that a scope, or a statement within one, binds; a name bound in two places comes twice."""
    if isinstance(node, Function):
        arguments = node.args
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            yield argument.arg
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                yield extra.arg
    for inner in walk_scope(node):
        yield from _names(inner)


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                if alias.name != "*":
                    yield alias.asname or alias.name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def walk_scope(node: ScopeNode | ast.stmt) -> Iterator[ast.AST]:
    """Every node that belongs to the scope itself, without what stands inside an inner one; no order, no recursion."""
    waiting: list[ast.AST] = list(_own_parts(node))
    while waiting:
        current = waiting.pop()
        yield current
        if isinstance(current, _INNER):
            waiting += _seen_from_outside(current)
        elif isinstance(current, _COMPREHENSIONS):
            # The first iterable is of the scope outside; a walrus binds outside as well.
            waiting.append(current.generators[0].iter)
            waiting += _walruses(current)
        else:
            waiting += ast.iter_child_nodes(current)


def _own_parts(node: ScopeNode | ast.stmt) -> list[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return list(node.body)
    if isinstance(node, ast.Lambda):
        return [node.body]
    if isinstance(node, _COMPREHENSIONS):
        return [generator.target for generator in node.generators]
    return [node]


def _seen_from_outside(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    assert isinstance(node, Function)
    defaults: list[ast.AST] = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
    return defaults if isinstance(node, ast.Lambda) else [*defaults, *node.decorator_list]


def _walruses(node: ast.AST) -> Iterator[ast.Name]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            yield inner.target
