"""Arguments against signatures: what is given for which parameter, and what cannot be."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from visium_graph.checks.index.model import Param, Signature
from visium_graph.checks.static.values import Value

__all__ = ["Arguments", "Bound", "Mismatch", "bind", "mismatches", "signature_of"]


@dataclass(frozen=True)
class Arguments:
    """What a call gives.

    Attributes:
        positional: expression and value of each, up to the first starred one.
        keywords: by name, as written.
        open_positional: there is a starred argument.
        open_keywords: there is a double-starred argument.
    """

    positional: tuple[tuple[ast.expr, Value], ...]
    keywords: dict[str, tuple[ast.keyword, Value]]
    open_positional: bool = False
    open_keywords: bool = False


Bound = dict[str, list[tuple[ast.expr, Value]]]
"""What is given for each parameter by name; more than one for a variadic parameter."""


@dataclass(frozen=True)
class Mismatch:
    """One thing wrong with a call."""

    rule: Literal["unknown-keyword", "missing-argument", "too-many-arguments", "repeated-keyword", "ignored-keyword"]
    node: ast.expr | ast.keyword | None
    name: str
    count: int = 0


def bind(arguments: Arguments, signature: Signature) -> Bound:
    """Which parameter each argument is given for; a keyword that is not a parameter stands under its own name."""
    bound: Bound = {}
    takers = [param for param in signature.params if param.kind in {"positional", "either"}]
    rest = next((param for param in signature.params if param.kind == "varargs"), None)
    for place, given in enumerate(arguments.positional):
        if place < len(takers):
            bound.setdefault(takers[place].name, []).append(given)
        elif rest is not None:
            bound.setdefault(rest.name, []).append(given)
    for name, (keyword, value) in arguments.keywords.items():
        bound.setdefault(name, []).append((keyword.value, value))
    return bound


def mismatches(arguments: Arguments, signature: Signature) -> Iterator[Mismatch]:
    """Everything that makes the call fail, or an argument go to nothing."""
    takers = [param for param in signature.params if param.kind in {"positional", "either"}]
    most = signature.max_positional
    if most is not None and len(arguments.positional) > most:
        yield Mismatch("too-many-arguments", arguments.positional[most][0], "", most)
    mistaken = False
    by_position = {param.name for param in takers[: len(arguments.positional)] if param.kind == "either"}
    for name, (keyword, _) in arguments.keywords.items():
        if name in by_position:
            yield Mismatch("repeated-keyword", keyword, name)
        elif signature.accepts is not None:
            for mismatch in _keyword(signature, keyword, name):
                mistaken = True
                yield mismatch
    # A mistaken keyword may have been meant for what is missing.
    if not mistaken and not arguments.open_positional and not arguments.open_keywords:
        for param in _missing(arguments, signature.params, takers):
            yield Mismatch("missing-argument", None, param.name)


def _keyword(signature: Signature, keyword: ast.keyword, name: str) -> Iterator[Mismatch]:
    assert signature.accepts is not None
    if name in signature.swallows:
        yield Mismatch("ignored-keyword", keyword, name)
    elif name not in signature.accepts:
        yield Mismatch("ignored-keyword" if signature.swallows_unknown else "unknown-keyword", keyword, name)


def _missing(arguments: Arguments, params: Sequence[Param], takers: list[Param]) -> Iterator[Param]:
    given = {param.name for param in takers[: len(arguments.positional)]}
    for param in params:
        if param.required and param.name not in given and param.kind in {"positional", "either", "keyword"}:
            if param.kind != "positional" and param.name in arguments.keywords:
                continue
            yield param


def signature_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, *, bound: bool) -> Signature:
    """How a function of the file may be called.

    Args:
        node: the function.
        bound: its first parameter is the receiver, and not among the arguments.
    """
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    params = [
        Param(arg.arg, "positional" if place < len(arguments.posonlyargs) else "either", place < first_default)
        for place, arg in enumerate(plain)
    ]
    if bound:
        params = params[1:]
    if arguments.vararg is not None:
        params.append(Param(arguments.vararg.arg, "varargs", required=False))
    params += [
        Param(arg.arg, "keyword", default is None)
        for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    accepts = (
        None if arguments.kwarg else frozenset(param.name for param in params if param.kind in {"either", "keyword"})
    )
    if arguments.kwarg is not None:
        params.append(Param(arguments.kwarg.arg, "varkw", required=False))
    return Signature(tuple(params), accepts)
