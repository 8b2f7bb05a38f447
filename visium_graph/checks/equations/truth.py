r"""Whether one value stands to another as a relation says: true, false, or not to be decided.

An equals sign before a rounded decimal is common and no mistake worth a word, so `\sqrt{2} = 1.414` is let pass, and
`\sqrt{2} = 1.44` is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from visium_graph.checks.equations.tokens import Relation
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
    walk,
)
from visium_graph.checks.equations.values import Value

__all__ = ["Verdict", "Written", "differs", "holds", "is_bare", "written_number"]

Verdict = Literal["true", "false", "undecided"]

_LOOSE = Fraction(1, 4)
"""How far two values may be apart, for a sign that says "about" between two expressions."""
_ROUNDED_INPUT = Fraction(1, 100)
"""How far two expressions may be apart of which one holds rounded decimals."""
_FLOAT_DIGITS = 15
_FLOAT = Fraction(1, 10**14)
"""How many digits a computer prints of 0.1 + 0.2, and how far they are from 0.3."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number written out: 5.39, -7, 8.3 % or 6.02 times a power of ten."""

    value: Fraction
    unit: Fraction
    """The worth of its last digit that says something."""
    significant: int
    decimal: bool
    """Whether it shows digits behind a point, or how large it is by a power of ten."""
    percent: bool = False


def written_number(node: Node) -> Written | None:  # noqa: PLR0911  # one case for each way to write it
    """The literal that a side consists of, if it is one."""
    match node:
        case Negative(of=of):
            inner = written_number(of)
            return inner and replace(inner, value=-inner.value)
        case Percent(of=of):
            inner = written_number(of)
            if inner is None:
                return None
            unit = min(inner.unit, Fraction(1)) / 100  # 70 % is not 7 tens of percents
            return Written(inner.value / 100, unit, inner.significant, decimal=True, percent=True)
        case Number(value=value, places=places):
            if places:
                return Written(value, Fraction(1, 10**places), node.significant, decimal=True)
            zeros = len(str(value)) - len(str(value).rstrip("0")) if value else 0
            return Written(value, Fraction(10**zeros), node.significant, decimal=False)
        case Product(factors=(Number() as lead, Power(base=Number(value=Fraction(numerator=10)), exponent=exponent))):
            tens = written_number(exponent)
            mantissa = written_number(lead)
            if tens and mantissa and tens.value.denominator == 1 and abs(tens.value) < 400:
                scale = Fraction(10) ** int(tens.value)
                unit = Fraction(1, 10**lead.places)
                return Written(mantissa.value * scale, unit * scale, lead.significant, decimal=True)
    return None


def holds(
    left: Node, left_value: Value, relation: Relation, right: Node, right_value: Value, *, rounds: bool
) -> Verdict:
    """Whether `left relation right`.

    Args:
        left: what stands on the left.
        left_value: what it is worth.
        relation: the sign between them.
        right: what stands on the right.
        right_value: what it is worth.
        rounds: whether a quotient may have been rounded to a whole number without a word.
    """
    told = _holds(left, left_value, relation, right, right_value, rounds=rounds)
    # Of a lone pi beside a number it is not certain that it is that pi.
    letter = (isinstance(left, Constant) and is_bare(right)) or (isinstance(right, Constant) and is_bare(left))
    return "undecided" if letter and relation != "~" and told == "false" else told


def _holds(
    left: Node, left_value: Value, relation: Relation, right: Node, right_value: Value, *, rounds: bool
) -> Verdict:
    apart = differs(left_value, right_value)
    if relation == "=":
        return _equals(left, left_value, right, right_value, rounds=rounds) if apart else "true"
    if relation == "~":
        return _about(left, left_value, right, right_value) if apart else "true"
    exact = left_value.exact is not None and right_value.exact is not None
    if not apart and not exact:
        return "undecided"
    one, other = _alike(left_value, right_value)
    told = {"!=": apart, "<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[relation]
    return "true" if told else "false"


def differs(left: Value, right: Value) -> bool:
    """Whether two values are certainly not the same."""
    if left.exact is not None and right.exact is not None:
        return left.exact != right.exact
    one, other = _alike(left, right)
    gap = abs(one - other)
    return bool(gap > 1000 * (left.error + right.error) and gap > max(abs(one), abs(other)) * 1e-25)


def _equals(left: Node, left_value: Value, right: Node, right_value: Value, *, rounds: bool) -> Verdict:
    written = written_number(left), written_number(right)
    if is_bare(left) and is_bare(right):
        return "undecided"  # the end of a system without solution
    for literal, value, other in ((written[0], right_value, right), (written[1], left_value, left)):
        if literal is None:
            continue
        printed = (
            literal.decimal and literal.significant >= _FLOAT_DIGITS and _near(Value(literal.value), value, _FLOAT)
        )
        rounded = literal.decimal and (literal.significant >= 2 or literal.percent) and _shows(literal, value)
        if printed or rounded:
            return "undecided"
        whole = literal.value.denominator == 1 and not literal.decimal
        if rounds and whole and _has(other, Quotient) and _gap(value, literal) < 1:
            return "undecided"
    if not any(written) and _is_rounded(left, right) and _near(left_value, right_value, _ROUNDED_INPUT):
        return "undecided"
    if _is_turn(left, left_value, right, right_value):
        return "undecided"
    return "false"


def _about(left: Node, left_value: Value, right: Node, right_value: Value) -> Verdict:
    written = written_number(left), written_number(right)
    if is_bare(left) and is_bare(right):
        return "undecided"
    for literal, value, other in ((written[0], right_value, right), (written[1], left_value, left)):
        if literal is None:
            continue
        near = not literal.decimal and _near(value, Value(literal.value), _LOOSE / 2)
        carried = _is_rounded(other) and _near(value, Value(literal.value), _ROUNDED_INPUT)
        return "true" if near or carried or _shows(literal, value) else "false"
    return "true" if _near(left_value, right_value, _LOOSE) else "false"


def _shows(literal: Written, value: Value) -> bool:
    """Whether the literal is the value, rounded or cut off after the literal's last digit."""
    one, other = _alike(value, Value(literal.value))
    gap, unit = abs(one - other), literal.unit
    half, whole = gap * 2 * unit.denominator, gap * unit.denominator
    return bool(half <= unit.numerator or (whole < unit.numerator and abs(one) >= abs(other)))


def _near(left: Value, right: Value, share: Fraction) -> bool:
    one, other = _alike(left, right)
    return bool(abs(one - other) * share.denominator <= max(abs(one), abs(other)) * share.numerator)


def _gap(value: Value, literal: Written) -> Any:
    one, other = _alike(value, Value(literal.value))
    return abs(one - other)


def _alike(left: Value, right: Value) -> tuple[Any, Any]:
    """Both numbers in the same arithmetic: fractions where both are, else that of the rounded one."""
    numbers = left.number, right.number
    context = next((number.context for number in numbers if not isinstance(number, Fraction)), None)
    if context is None:
        return numbers
    one, other = (
        context.mpf(number.numerator) / number.denominator if isinstance(number, Fraction) else number
        for number in numbers
    )
    return one, other


def _is_rounded(*sides: Node) -> bool:
    """Whether decimals of three digits or more stand in an expression: they may be rounded results themselves."""
    return any(
        isinstance(part, Number) and part.places and part.significant >= 3 for side in sides for part in walk(side)
    )


def is_bare(node: Node) -> bool:
    """Whether the side is nothing but a number: 3, -2.5."""
    return isinstance(node.of if isinstance(node, Negative) else node, Number)


def _has(node: Node, kind: type[Node]) -> bool:
    return any(isinstance(part, kind) for part in walk(node))


def _is_turn(left: Node, left_value: Value, right: Node, right_value: Value) -> bool:
    """Whether two angles differ by whole turns: a compass adds that way."""
    if not all(_has(side, Degrees) and not _has(side, Call) for side in (left, right)):
        return False
    one, other = _alike(left_value, right_value)
    turns = (one - other) / one.context.pi / 2
    return bool(abs(turns - round(float(turns))) < 1e-9)
