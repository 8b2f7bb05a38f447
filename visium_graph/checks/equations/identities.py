"""Identities: what is claimed for all values is tried at some, and only what fails at all of them is false.

Where an identity holds (real or whole numbers, which sign, which branch) is rarely written beside it. So the numbers
tried are positive, whole where a formula counts with them, and two that agree may be accidents; a claim that holds on
part of them is let pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from visium_graph.checks.equations.tokens import Relation
from visium_graph.checks.equations.tree import Call, Node, Series, free_symbols, walk
from visium_graph.checks.equations.truth import holds
from visium_graph.checks.equations.values import Meter, Undecided, Value, evaluate

__all__ = ["Counterexample", "counterexample"]

_REAL = tuple(map(Fraction, ("3/5", "7/4", "2/7", "13/6", "9/8", "5/11", "8/3", "17/10")))
_WHOLE = tuple(map(Fraction, (3, 8, 12, 5, 2, 10, 15, 21)))
_SIMPLE = ((1, 2, 3, 4), (2, 1, 3, 5), (3, 2, 1, 4), (2, 3, 5, 1))
_POINTS = 40
_ENOUGH = 8
_FEWEST = 4
_ACCIDENTS = 2
_MOST_SYMBOLS = 4
_COUNTING = frozenset({"n", "m", "k", "N"})
_OTHERWISE = frozenset({"i", "e", "d", "o", "O"})
"""Letters that are rarely variables: the imaginary unit, Euler's number, a differential."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Values of the symbols for which the two sides differ."""

    symbols: Mapping[str, Fraction]
    left: Value
    right: Value


def counterexample(left: Node, relation: Relation, right: Node, meter: Meter) -> Counterexample | None:
    """Where a claimed identity fails, if it fails wherever it was tried.

    Raises:
        Undecided: it has symbols that may be no numbers, too many of them, or it takes too long.
    """
    names = sorted(free_symbols(left) | free_symbols(right))
    if not names or len(names) > _MOST_SYMBOLS:
        raise Undecided("no symbols, or too many")
    if any(name in _OTHERWISE or name[0].isupper() for name in names):
        raise Undecided("symbols that may be matrices, sets or truth values")
    whole = _counted(left) | _counted(right) | (_COUNTING & set(names))
    found: list[Counterexample] = []
    tried = agreed = 0
    for point in _points(names, whole):
        values = _values(left, right, point, meter)
        if values is None:
            continue
        tried += 1
        if holds(left, values[0], relation, right, values[1], rounds=False) == "false":
            found.append(Counterexample(point, *values))
        else:
            agreed += 1
        if agreed > _ACCIDENTS:
            return None
        if tried == _ENOUGH:
            break
    if tried < _FEWEST:
        raise Undecided("it is defined at too few of the values tried")
    return _simplest(left, relation, right, meter, names) or found[0]


def _points(names: list[str], whole: frozenset[str]) -> Iterator[dict[str, Fraction]]:
    for number in range(_POINTS):
        yield {
            # Different strides, so that no two symbols keep the same distance.
            name: (_WHOLE if name in whole else _REAL)[(number * (place + 1) + 3 * place) % len(_REAL)]
            for place, name in enumerate(names)
        }


def _simplest(left: Node, relation: Relation, right: Node, meter: Meter, names: list[str]) -> Counterexample | None:
    """A counterexample that one can follow in one's head, if there is one."""
    for numbers in _SIMPLE:
        point = {name: Fraction(number) for name, number in zip(names, numbers, strict=False)}
        values = _values(left, right, point, meter)
        if values is not None and holds(left, values[0], relation, right, values[1], rounds=False) == "false":
            return Counterexample(point, *values)
    return None


def _values(left: Node, right: Node, point: Mapping[str, Fraction], meter: Meter) -> tuple[Value, Value] | None:
    try:
        return evaluate(left, meter, point), evaluate(right, meter, point)
    except Undecided:
        meter.charge(1)  # what is not defined here may be elsewhere; when all is spent, this raises
        return None


def _counted(node: Node) -> frozenset[str]:
    """Symbols that can only be whole numbers: bounds of series, arguments of factorials."""
    found: frozenset[str] = frozenset()
    for part in walk(node):
        if isinstance(part, Series):
            found |= free_symbols(part.first) | free_symbols(part.last)
        elif isinstance(part, Call) and part.function in {"factorial", "binomial", "gcd", "lcm", "floor", "ceil"}:
            found |= free_symbols(part)
    return found
