"""What a tree is worth: exact fractions where they suffice, else 40 and again 80 digits, always within bounds.

Formulas come from strangers. Nothing is evaluated before its size is known, and every step is paid for from a `Meter`: a formula that
asks for more is `Undecided`, as is one that has no real value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

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
    Root,
    Series,
    Sum,
    Symbol,
)

if TYPE_CHECKING:
    from mpmath.ctx_mp import MPContext

__all__ = ["Meter", "Undecided", "Value", "evaluate"]

_BITS = 20_000
"""Size of the largest exact number."""
_WORK = 60_000
"""Steps for one formula with all its readings; some tenths of a second."""
_TERMS = 5_000
_LARGEST_EXPONENT = 10**12
_LARGEST_ANGLE = 10**9
_LARGEST_FACTORIAL = 1500
_DIGITS = (40, 80)

_Real = Any
"""A Fraction, or a real number of mpmath."""


class Undecided(ValueError):  # noqa: N818  # no fault of anybody's: then nothing is said
    """This has no value that could be told within the bounds."""


class Meter:
    """How much may still be computed: for one formula, and out of what there is for all of them."""

    def __init__(self, work: int = _WORK, whole: Meter | None = None) -> None:
        self._left = work
        self._whole = whole

    def charge(self, steps: int) -> None:
        """Pay for some steps.

        Raises:
            Undecided: there are not so many left.
        """
        self._left -= steps
        if self._left < 0:
            raise Undecided("too much to compute")
        if self._whole is not None:
            self._whole.charge(steps)


@dataclass(frozen=True, slots=True)
class Value:
    """A real number, and how far it may be from the true one (0 for a Fraction)."""

    number: Fraction | Any
    error: float | Any = 0

    @property
    def exact(self) -> Fraction | None:
        """The number, where it is known exactly."""
        return self.number if isinstance(self.number, Fraction) else None


def evaluate(node: Node, meter: Meter, symbols: Mapping[str, Fraction] | None = None) -> Value:
    """The value of a tree.

    Args:
        node: the tree.
        meter: pays for the work.
        symbols: what its symbols stand for.

    Raises:
        Undecided: it has no real value, a symbol has none, or it is too large.
    """
    results = []
    for digits in _DIGITS:
        result = _Evaluation(digits, meter, symbols or {}).value(node)
        if isinstance(result, Fraction):
            return Value(result)
        results.append(result)
    rough, fine = results
    error = abs(rough - fine)
    if error > max(abs(fine), 1) * fine.context.mpf(10) ** -20:
        raise Undecided("it loses too many digits")
    return Value(fine, 10 * error)


class _Evaluation:
    """One pass over a tree at one precision."""

    def __init__(self, digits: int, meter: Meter, symbols: Mapping[str, Fraction]) -> None:
        self._digits = digits
        self._meter = meter
        self._symbols = dict(symbols)
        self._context: MPContext | None = None

    def value(self, node: Node) -> _Real:  # noqa: C901, PLR0911, PLR0912  # one case for each kind of node
        """The value of a node, checked for its size."""
        self._meter.charge(1)
        match node:
            case Number(value=value):
                return value
            case Constant(name=name):
                return +getattr(self._numbers, name)
            case Symbol(name=name):
                if name not in self._symbols:
                    raise Undecided(f"{name} has no value")
                return self._symbols[name]
            case Negative(of=of):
                return -self.value(of)
            case Sum(terms=terms):
                return self._folded(terms, self._added)
            case Product(factors=factors):
                return self._folded(factors, self._multiplied)
            case Quotient(over=over, under=under):
                return self._divided(self.value(over), self.value(under))
            case Power(base=base, exponent=exponent):
                return self._raised(self.value(base), self.value(exponent))
            case Root(of=of, degree=degree):
                return self._root(self.value(of), self.value(degree))
            case Percent(of=of):
                return self._divided(self.value(of), Fraction(100))
            case Degrees(of=of):
                return self._real(self.value(of)) * self._numbers.pi / 180
            case Call(function=name, arguments=arguments):
                return self._called(name, [self.value(argument) for argument in arguments])
            case Series():
                return self._series(node)

    @property
    def _numbers(self) -> Any:
        if self._context is None:
            from mpmath.ctx_mp import MPContext  # noqa: PLC0415  # loaded where a number is irrational

            self._context = MPContext()
            self._context.dps = self._digits
        self._meter.charge(8)
        return self._context

    def _real(self, value: _Real) -> Any:
        """As a number of mpmath."""
        numbers = self._numbers
        return numbers.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value

    def _checked(self, value: Any) -> Any:
        """A result of mpmath, if it is a finite real number."""
        if not isinstance(value, self._numbers.mpf) or not self._numbers.isfinite(value):
            raise Undecided("no real number")
        return value

    def _sized(self, value: Fraction) -> _Real:
        """A fraction, or where it has become too large for one a rounded number."""
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        self._meter.charge((bits // 64) ** 2 // 16)
        return value if bits <= _BITS else self._real(value)

    def _folded(self, nodes: tuple[Node, ...], combine: Callable[[_Real, _Real], _Real]) -> _Real:
        total = self.value(nodes[0])
        for node in nodes[1:]:
            total = combine(total, self.value(node))
        return total

    def _added(self, left: _Real, right: _Real) -> _Real:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return self._sized(left + right)
        return self._real(left) + self._real(right)

    def _multiplied(self, left: _Real, right: _Real) -> _Real:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return self._sized(left * right)
        return self._real(left) * self._real(right)

    def _divided(self, over: _Real, under: _Real) -> _Real:
        if under == 0:
            raise Undecided("a division by zero")
        if isinstance(over, Fraction) and isinstance(under, Fraction):
            return self._sized(over / under)
        return self._real(over) / self._real(under)

    def _raised(self, base: _Real, exponent: _Real) -> _Real:
        if base == 0 and exponent <= 0:
            raise Undecided("zero to the power of zero or less")
        if abs(exponent) > _LARGEST_EXPONENT:
            raise Undecided("too large an exponent")
        whole = isinstance(exponent, Fraction) and exponent.denominator == 1
        if isinstance(base, Fraction) and isinstance(exponent, Fraction):
            if whole:
                bits = max(base.numerator.bit_length(), base.denominator.bit_length())
                if base in {0, 1, -1} or bits * abs(exponent) <= _BITS:
                    return self._sized(Fraction(base ** int(exponent)))
            elif exponent.denominator <= 64 and abs(exponent.numerator) <= 64:
                root = self._root(base, Fraction(exponent.denominator))
                return self._raised(root, Fraction(exponent.numerator))
        if base < 0 and not whole:
            raise Undecided("a power of a negative number")
        power = int(exponent) if whole else self._real(exponent)
        return self._checked(self._numbers.power(self._real(base), power))

    def _root(self, of: _Real, degree: _Real) -> _Real:
        if not isinstance(degree, Fraction) or degree.denominator != 1 or not 1 <= degree <= 64:
            raise Undecided("a root of an odd degree")
        if of < 0:
            if degree % 2 == 0:
                raise Undecided("a root of a negative number")
            return -self._root(-of, degree)
        if isinstance(of, Fraction):
            over, under = (_whole_root(part, int(degree)) for part in (of.numerator, of.denominator))
            if over is not None and under is not None:
                return Fraction(over, under)
        return self._checked(self._numbers.root(self._real(of), int(degree)))

    def _called(self, name: str, values: list[_Real]) -> _Real:
        self._meter.charge(10)
        match name:
            case "abs":
                return abs(values[0])
            case "max" | "min":
                exact = all(isinstance(value, Fraction) for value in values)
                return (max if name == "max" else min)(values if exact else map(self._real, values))
            case "floor" | "ceil":
                return self._rounded(name, values[0])
            case "factorial" | "binomial" | "gcd" | "lcm":
                return self._sized(Fraction(_whole_function(name, [_whole(value) for value in values])))
            case "log":
                return self._logarithm(*values)
        return self._trigonometric(name, self._real(values[0]))

    def _rounded(self, name: str, value: _Real) -> Fraction:
        if isinstance(value, Fraction):
            return Fraction(math.floor(value) if name == "floor" else math.ceil(value))
        if abs(value) > 10**20 or abs(value - self._numbers.nint(value)) < self._numbers.mpf(10) ** -15:
            raise Undecided("too near to a whole number, or too large")
        return Fraction(int(getattr(self._numbers, name)(value)))

    def _logarithm(self, of: _Real, base: _Real) -> Any:
        if of <= 0 or base <= 0 or base == 1:
            raise Undecided("no real logarithm")
        numbers = self._numbers
        return self._checked(numbers.ln(self._real(of)) / numbers.ln(self._real(base)))

    def _trigonometric(self, name: str, value: Any) -> Any:
        numbers = self._numbers
        if abs(value) > _LARGEST_ANGLE:
            raise Undecided("too large an angle")
        if name.startswith("arc"):
            return self._checked(getattr(numbers, f"a{name[3:]}")(value))
        if name in {"sinh", "cosh", "tanh", "sin", "cos"}:
            return self._checked(getattr(numbers, name)(value))
        over, under = {
            "tan": (numbers.sin, numbers.cos),
            "cot": (numbers.cos, numbers.sin),
            "sec": (None, numbers.cos),
            "csc": (None, numbers.sin),
        }[name]
        divisor = under(value)
        if abs(divisor) < numbers.mpf(10) ** -25:
            raise Undecided("at a pole")
        return self._checked((over(value) if over else numbers.mpf(1)) / divisor)

    def _series(self, node: Series) -> _Real:
        first, last = _whole(self.value(node.first)), _whole(self.value(node.last))
        if not 0 <= last - first + 1 <= _TERMS:
            raise Undecided("a series without terms, or with too many")
        combine = self._added if node.kind == "sum" else self._multiplied
        total: _Real = Fraction(0 if node.kind == "sum" else 1)
        outer = self._symbols.get(node.index)
        for number in range(first, last + 1):
            self._symbols[node.index] = Fraction(number)
            total = combine(total, self.value(node.body))
        del self._symbols[node.index]
        if outer is not None:
            self._symbols[node.index] = outer
        return total


def _whole(value: _Real) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise Undecided("a whole number was expected")
    return value.numerator


def _whole_function(name: str, numbers: list[int]) -> int:
    if name == "factorial":
        if not 0 <= numbers[0] <= _LARGEST_FACTORIAL:
            raise Undecided("a factorial out of bounds")
        return math.factorial(numbers[0])
    if name == "binomial":
        count, chosen = numbers
        if not 0 <= chosen <= count <= _BITS // 4:
            raise Undecided("a binomial coefficient out of bounds")
        return math.comb(count, chosen)
    return math.gcd(*numbers) if name == "gcd" else math.lcm(*numbers)


def _whole_root(number: int, degree: int) -> int | None:
    """The root where it is a whole number (of numbers beyond all school, only the square root)."""
    if number.bit_length() > (_BITS if degree == 2 else _BITS // 10):
        return None
    if degree == 2:
        root = math.isqrt(number)
    else:
        low, high = 0, 1 << (number.bit_length() // degree + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**degree <= number else (low, middle - 1)
        root = low
    return root if root**degree == number else None
