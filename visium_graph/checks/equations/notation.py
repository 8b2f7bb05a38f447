"""Notation that means more than it says: functions without units, mixed numbers, percentages."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from visium_graph.checks.equations.choices import Choices
from visium_graph.checks.equations.tree import (
    Call,
    Constant,
    Degrees,
    Negative,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Quotient,
    Symbol,
    walk,
)

__all__ = ["TRIGONOMETRIC", "applied", "has_unit", "inverse", "is_mixed", "is_percent", "product_of"]

TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})
_ARCS = frozenset({"arcsin", "arccos", "arctan"})


def applied(name: str, argument: Node, base: Node | None, choices: Choices) -> Node:
    """A function of an argument; `base` is that of a logarithm, where it is written."""
    if name == "exp":
        return Power(Constant("e"), argument)
    if name in {"log", "lg"} and base is None:
        bases: tuple[Node, ...] = (Number(Fraction(10)), Number(Fraction(2)), Constant("e"))
        base = choices.choose("base of a logarithm", *bases)
    if name in {"log", "lg", "ln"}:
        return Call("log", (argument, Constant("e") if base is None else base))
    plain = not any(isinstance(part, Degrees | Symbol) or part == Constant("pi") for part in walk(argument))
    if name in TRIGONOMETRIC and plain and choices.choose("angle without a unit", False, True):
        return Call(name, (Degrees(argument),))
    if name in _ARCS and choices.choose("unit of an angle", False, True):
        half_turn = Number(Fraction(180))
        return Quotient(Product((Call(name, (argument,)), half_turn)), Constant("pi"))
    return Call(name, (argument,))


def inverse(name: str, power: Node | None, choices: Choices) -> str | None:
    """The inverse function that `sin^{-1}` may stand for."""
    if power != Negative(Number(Fraction(1))) or f"arc{name}" not in _ARCS:
        return None
    return f"arc{name}" if choices.choose("f^-1", True, False) else None


def is_mixed(factors: list[Node], after: Node) -> bool:
    """Whether this is a whole number and a proper fraction of literals: one and a half."""
    if len(factors) != 1 or not isinstance(after, Quotient):
        return False
    whole, over, under = factors[0], after.over, after.under
    return (
        isinstance(whole, Number)
        and isinstance(over, Number)
        and isinstance(under, Number)
        and not (whole.places or over.places or under.places)
        and over.value < under.value
    )


def product_of(factors: Sequence[Node]) -> Node:
    """Factors as one node."""
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def has_unit(node: Node) -> bool:
    r"""Whether a factor is a percentage or an angle: side by side with another it may be a remark (`0.83 (83\%)`)."""
    return any(isinstance(part, Percent | Degrees) for part in walk(node)) and not any(
        isinstance(part, Call) for part in walk(node)
    )


def is_percent(node: Node) -> bool:
    """Whether a term is given in percent."""
    while isinstance(node, Negative):
        node = node.of
    return any(isinstance(part, Percent) for part in walk(node))
