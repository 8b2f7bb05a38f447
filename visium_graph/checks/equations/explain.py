"""A falsehood in words: what its sides are worth, and what would be true."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from visium_graph.checks.equations.algebra import exact_form, expanded
from visium_graph.checks.equations.claims import Falsehood
from visium_graph.checks.equations.tree import Negative, Node, Number, Percent, Quotient, free_symbols, walk
from visium_graph.checks.equations.truth import differs, written_number
from visium_graph.checks.equations.values import Value

__all__ = ["explanation", "remedy"]

_LONGEST_WHOLE = 10**15
_LARGEST_FRACTION = 10**6
_PLACES = 6


def explanation(found: Falsehood) -> str:
    """What the sides are worth: "the left side is 25"."""
    if found.counterexample is not None:
        symbols = [f"{_letter(name)} = {value}" for name, value in found.counterexample.symbols.items()]
        left, right = _told(found.left, found.left_value), _told(found.right, found.right_value)
        return f"for {' and '.join(symbols)} the left side is {left}, the right side {right}"
    if not differs(found.left_value, found.right_value):
        return f"both sides are {_told(found.left, found.left_value)}"
    left, right = _told(found.left, found.left_value, found.right), _told(found.right, found.right_value)
    if _is_written(found.right):
        return f"the left side is {left}"
    if _is_written(found.left):
        return f"the right side is {right}"
    return f"the left side is {left}, the right side {right}"


def remedy(found: Falsehood) -> str | None:
    """A claim that is true, where one is near: the same left side with its value."""
    left = found.left_latex
    if found.counterexample is not None:
        polynomial = expanded(found.left) if found.relation == "=" else None
        return f"{left} = {polynomial}" if polynomial else None
    if found.relation in {"<", ">", "<=", ">="}:
        greater = found.left_value.number > found.right_value.number
        sign = (">" if greater else "<") if differs(found.left_value, found.right_value) else "="
        return f"{left} {sign} {found.right_latex}"
    if not _is_written(found.right) or found.relation == "!=":
        return None
    exact = found.left_value.exact
    if found.relation == "=" and exact is not None:
        return f"{left} = {_latex_of(exact, found.right, found.left)}" if _is_short(exact) else None
    places = max(found.right.places if isinstance(found.right, Number) else 2, 1)
    if isinstance(found.right, Number) and abs(found.left_value.number) < _LONGEST_WHOLE:
        return f"{left} \\approx {_decimal(found.left_value.number, places)}"
    return None


def _told(node: Node, value: Value, other: Node | None = None) -> str:
    exact = value.exact
    if exact is None:
        form = None if free_symbols(node) else exact_form(node)
        return f"{form}, about {_significant(value.number)}" if form else f"about {_significant(value.number)}"
    if not _is_short(exact):
        return f"about {_significant(exact)}"
    return _plain(exact, node if other is None else other, node)


def _plain(exact: Fraction, beside: Node, *near: Node) -> str:
    """As a percentage if the other side is one, as a decimal or a fraction, whatever the formula itself uses."""
    parts = [part for node in (beside, *near) for part in walk(node)]
    if any(isinstance(part, Percent) for part in walk(beside)) and _terminates(exact * 100):
        return f"{_decimal(exact * 100)}%"
    if any(isinstance(part, Number) and part.places for part in parts) and _terminates(exact):
        return _decimal(exact)
    return str(exact)


def _latex_of(exact: Fraction, beside: Node, *near: Node) -> str:
    text = _plain(exact, beside, *near).replace("%", r"\%")
    if "/" not in text:
        return text
    over, under = text.lstrip("-").split("/")
    return f"{'-' * (exact < 0)}\\frac{{{over}}}{{{under}}}"


def _is_written(node: Node) -> bool:
    """Whether the side is a number written out, or a fraction of two: there is nothing to say of it."""
    inner = node.of if isinstance(node, Negative) else node
    if isinstance(inner, Quotient):
        return isinstance(inner.over, Number) and isinstance(inner.under, Number)
    return written_number(node) is not None


def _is_short(exact: Fraction) -> bool:
    if exact.denominator == 1:
        return abs(exact) < _LONGEST_WHOLE
    return max(abs(exact.numerator), exact.denominator) < _LARGEST_FRACTION or (
        _terminates(exact) and abs(exact) < _LARGEST_FRACTION
    )


def _terminates(exact: Fraction) -> bool:
    return bool(10**_PLACES % exact.denominator == 0)


def _decimal(number: Any, places: int = _PLACES) -> str:
    """With so many places, without zeros at the end; a Fraction is rounded exactly."""
    if isinstance(number, Fraction):
        scaled = round(number * 10**places)
        digits = str(abs(scaled)).rjust(places + 1, "0")
        text = f"{'-' * (scaled < 0)}{digits[:-places]}.{digits[-places:]}"
    else:
        text = f"{float(number):.{places}f}"
    return text.rstrip("0").rstrip(".") if places == _PLACES else text


def _significant(number: Any) -> str:
    from mpmath.ctx_mp import MPContext  # noqa: PLC0415  # loaded where a claim is false

    context = MPContext()
    value = context.mpf(number.numerator) / number.denominator if isinstance(number, Fraction) else number
    return str(context.nstr(value, 5, strip_zeros=True)).removesuffix(".0")


def _letter(name: str) -> str:
    return name if len(name.partition("_")[0]) == 1 else f"\\{name}"
