"""The claims of a formula, and which of them are false."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from visium_graph.checks.equations.algebra import same_polynomial
from visium_graph.checks.equations.choices import Choices, all_readings
from visium_graph.checks.equations.identities import Counterexample, counterexample
from visium_graph.checks.equations.reader import read_side
from visium_graph.checks.equations.tokens import Clause, NotUnderstood, Relation, clauses_of, latex_of
from visium_graph.checks.equations.tree import Node, free_symbols
from visium_graph.checks.equations.truth import holds, is_bare
from visium_graph.checks.equations.values import Meter, Undecided, Value, evaluate

__all__ = ["Falsehood", "false_claims"]


@dataclass(frozen=True, slots=True)
class Falsehood:
    """A claim that no reading of its formula makes true."""

    left_latex: str
    right_latex: str
    sign: str
    """The relation between them as it is written."""
    left: Node
    right: Node
    relation: Relation
    left_value: Value
    right_value: Value
    counterexample: Counterexample | None = None
    """Of an identity: where it fails. The values are those there."""
    bare: bool = False
    """Whether both sides are written numbers: nothing was computed."""

    @property
    def claim(self) -> str:
        """The LaTeX of the claim alone."""
        return f"{self.left_latex} {self.sign} {self.right_latex}"


def false_claims(
    latex: str,
    *,
    identity: bool = False,
    rounds: bool = False,
    decimal_comma: bool = False,
    budget: Meter | None = None,
) -> list[Falsehood]:
    r"""The false claims of a formula; what cannot be read or decided is none.

    Args:
        latex: the formula, without dollar signs.
        identity: whether it claims to hold for all values of its symbols.
        rounds: whether a quotient may have been rounded to a whole number without a word.
        decimal_comma: whether a comma may stand before decimals, as in most languages but English.

        budget: what there is to compute for this formula and others; None for no bound but its own.

    Example:
        >>> [found.claim for found in false_claims(r"c^2 = 3^2 + 4^2 = 26 \ne 25")]
        ['3^2 + 4^2 = 26']
    """
    try:
        clauses = clauses_of(latex)
    except NotUnderstood:
        return []
    meter = Meter(whole=budget)
    found: list[Falsehood] = []
    refuted = False
    for place, clause in enumerate(clauses):
        refuted = refuted and clause.concluded
        reader = _ClauseReader(clause, meter, identity=identity, rounds=rounds, decimal_comma=decimal_comma)
        falsehood = None if refuted else _refutation(reader)
        # What stands before an arrow is a condition, and what follows from a false one is not claimed.
        refuted = refuted or falsehood is not None
        conditional = place + 1 < len(clauses) and clauses[place + 1].concluded
        if falsehood is not None and not conditional:
            found.append(falsehood)
    return found


def _refutation(read: Callable[[Choices], Falsehood | None]) -> Falsehood | None:
    """The first falsehood of the usual reading, if no other reading is free of falsehoods."""
    first: Falsehood | None = None
    try:
        for falsehood in all_readings(read):
            if falsehood is None:
                return None
            first = first or falsehood
    except NotUnderstood:
        return None
    return first


@dataclass(frozen=True)
class _ClauseReader:
    """Reads a clause in one way and finds the first claim of it that is false."""

    clause: Clause
    meter: Meter
    identity: bool
    rounds: bool
    decimal_comma: bool

    def __call__(self, choices: Choices) -> Falsehood | None:
        sides = [self._side(place, choices) for place in range(len(self.clause.sides))]
        found: Falsehood | None = None
        for left, right in self._pairs(sides):
            # Every pair is looked at, so that all choices of the clause are met.
            found = found or self._claim(sides, left, right)
        return found

    def _side(self, place: int, choices: Choices) -> Node | None:
        try:
            return read_side(self.clause.sides[place], choices, decimal_comma=self.decimal_comma)
        except NotUnderstood:
            return None

    def _pairs(self, sides: list[Node | None]) -> Iterator[tuple[int, int]]:
        """Neighbours; and sides between which stand equals signs and only symbols, or numbers, that decide nothing."""
        for left in range(len(sides) - 1):
            yield left, left + 1
            for right in range(left + 2, len(sides)):
                between = sides[right - 1]
                linked = self.clause.relations[left:right] == ("=",) * (right - left)
                if not linked or between is None or not (free_symbols(between) or is_bare(between)):
                    break
                yield left, right

    def _claim(self, sides: list[Node | None], first: int, last: int) -> Falsehood | None:
        left, right = sides[first], sides[last]
        if left is None or right is None:
            return None
        try:
            if free_symbols(left) or free_symbols(right):
                return self._identity(left, right, first) if self.identity and last == first + 1 else None
            values = evaluate(left, self.meter), evaluate(right, self.meter)
        except Undecided:
            return None
        relation = self.clause.relations[last - 1]
        if holds(left, values[0], relation, right, values[1], rounds=self.rounds) != "false":
            return None
        bare = is_bare(left) and is_bare(right)
        return Falsehood(*self._written(first, last), left, right, relation, *values, bare=bare)

    def _identity(self, left: Node, right: Node, place: int) -> Falsehood | None:
        relation = self.clause.relations[place]
        where = counterexample(left, relation, right, self.meter)
        if where is None or same_polynomial(left, right):
            return None
        return Falsehood(*self._written(place, place + 1), left, right, relation, where.left, where.right, where)

    def _written(self, first: int, last: int) -> tuple[str, str, str]:
        sides = self.clause.sides
        return latex_of(sides[first]), latex_of(sides[last]), self.clause.signs[last - 1]
