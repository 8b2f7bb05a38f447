"""What sympy says of a claim that is false: exact forms and expanded polynomials, of small trees alone.

sympy simplifies while it builds, so only trees go in whose numbers, exponents and size are known to be small.
"""

from __future__ import annotations

from math import comb
from typing import Any

from visium_graph.checks.equations.tree import (
    Constant,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Symbol,
    free_symbols,
    walk,
)

__all__ = ["exact_form", "expanded", "same_polynomial"]

_MOST_NODES = 60
_LARGEST = 10**6
_HIGHEST = 8
_LONGEST = 60
"""Characters of LaTeX that help more than they confuse."""


def exact_form(node: Node) -> str | None:
    r"""A number with roots or pi in its simplest form as LaTeX (`2 \sqrt{2}`), where it is a short one."""
    if free_symbols(node) or not _is_small(node) or not any(isinstance(part, Root | Constant) for part in walk(node)):
        return None
    return _latex(_sympy(node).expand())


def expanded(node: Node) -> str | None:
    """A polynomial multiplied out, as LaTeX, where it is a short one."""
    if not free_symbols(node) or not _is_polynomial(node):
        return None
    return _latex(_sympy(node).expand())


def same_polynomial(left: Node, right: Node) -> bool:
    """Whether both are polynomials and the same one."""
    if not (_is_polynomial(left) and _is_polynomial(right)):
        return False
    return bool((_sympy(left) - _sympy(right)).expand() == 0)


def _latex(expression: Any) -> str | None:
    import sympy  # noqa: PLC0415  # loaded where a claim is false

    text = str(sympy.latex(expression))
    return text if len(text) <= _LONGEST else None


def _is_small(node: Node) -> bool:
    parts = list(walk(node))
    return len(parts) <= _MOST_NODES and all(map(_is_simple, parts))


def _is_simple(node: Node) -> bool:
    match node:
        case Number(value=value):
            return max(abs(value.numerator), value.denominator) <= _LARGEST
        case Power(exponent=Number(value=exponent)):
            return exponent.denominator == 1 and 0 <= exponent <= _HIGHEST
        case Root(degree=Number(value=degree)):
            return degree in {2, 3}
        case Quotient(under=under):
            return any(isinstance(part, Number) and part.value for part in walk(under))
    return isinstance(node, Constant | Symbol | Negative | Sum | Product)


def _is_polynomial(node: Node) -> bool:
    """Whether it is a small polynomial whose expansion is small too."""
    for part in walk(node):
        if isinstance(part, Root | Constant) or (isinstance(part, Quotient) and not isinstance(part.under, Number)):
            return False
    symbols = len(free_symbols(node))
    return _is_small(node) and comb(_degree(node) + symbols, symbols) <= 500


def _degree(node: Node) -> int:
    """A bound on the degree, which exponents inside exponents multiply."""
    match node:
        case Symbol():
            return 1
        case Negative(of=of) | Quotient(over=of):
            return _degree(of)
        case Sum(terms=terms):
            return max(map(_degree, terms))
        case Product(factors=factors):
            return sum(map(_degree, factors))
        case Power(base=base, exponent=Number(value=exponent)):
            return _degree(base) * int(exponent)
    return 0


def _sympy(node: Node) -> Any:  # noqa: PLR0911  # one case for each kind of node
    import sympy  # noqa: PLC0415  # loaded where a claim is false

    match node:
        case Number(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Constant(name=name):
            return sympy.pi if name == "pi" else sympy.E
        case Symbol(name=name):
            return sympy.Symbol(name)
        case Negative(of=of):
            return -_sympy(of)
        case Sum(terms=terms):
            return sympy.Add(*map(_sympy, terms))
        case Product(factors=factors):
            return sympy.Mul(*map(_sympy, factors))
        case Quotient(over=over, under=under):
            return _sympy(over) / _sympy(under)
        case Power(base=base, exponent=exponent):
            return _sympy(base) ** _sympy(exponent)
        case Root(of=of, degree=degree):
            return sympy.root(_sympy(of), _sympy(degree))
    raise TypeError(f"{type(node).__name__} is not for sympy")
