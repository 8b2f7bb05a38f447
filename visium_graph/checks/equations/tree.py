"""What a formula means, once it is read: a small tree of exact numbers, symbols and operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

__all__ = [
    "Call",
    "Constant",
    "Degrees",
    "Negative",
    "Node",
    "Number",
    "Percent",
    "Power",
    "Product",
    "Quotient",
    "Root",
    "Series",
    "Sum",
    "Symbol",
    "free_symbols",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; `places` digits stand behind its point."""

    value: Fraction
    places: int = 0

    @property
    def significant(self) -> int:
        """Digits that say something: leading zeros do not, nor do the trailing ones of a whole number."""
        digits = str(abs(int(self.value * 10**self.places)))
        return len(digits if self.places else digits.rstrip("0"))


@dataclass(frozen=True, slots=True)
class Constant:
    """A number with a name of its own."""

    name: Literal["pi", "e"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter that stands for something else."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of something."""

    of: Node


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms added up."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, with or without a sign between them."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """A fraction or a division."""

    over: Node
    under: Node


@dataclass(frozen=True, slots=True)
class Power:
    """A base and its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Root:
    """The real root of this degree."""

    of: Node
    degree: Node


@dataclass(frozen=True, slots=True)
class Percent:
    """Hundredths."""

    of: Node


@dataclass(frozen=True, slots=True)
class Degrees:
    """An angle in degrees."""

    of: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of known meaning, applied."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A sum or a product over whole numbers."""

    kind: Literal["sum", "product"]
    index: str
    first: Node
    last: Node
    body: Node


Node = (
    Number | Constant | Symbol | Negative | Sum | Product | Quotient | Power | Root | Percent | Degrees | Call | Series
)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    waiting: list[Node] = [node]
    while waiting:
        here = waiting.pop()
        yield here
        for field in fields(here):
            child = getattr(here, field.name)
            children = child if isinstance(child, tuple) else (child,)
            waiting += [item for item in children if isinstance(item, Node)]


def free_symbols(node: Node) -> frozenset[str]:
    """Names of the symbols that the value depends on: the index of a series is not one of them."""
    match node:
        case Symbol(name=name):
            return frozenset({name})
        case Series(index=index, first=first, last=last, body=body):
            return free_symbols(first) | free_symbols(last) | (free_symbols(body) - {index})
    below: frozenset[str] = frozenset()
    for field in fields(node):
        child = getattr(node, field.name)
        for item in child if isinstance(child, tuple) else (child,):
            if isinstance(item, Node):
                below |= free_symbols(item)
    return below
