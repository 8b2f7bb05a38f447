"""Breaking a wide formula into lines: where it may break, and which breaks to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from visium_graph.stage.latex_split import Unit, units
from visium_graph.stage.latex_symbols import ARROWS, RELATIONS, SUMS

__all__ = ["Break", "alignment", "breaks", "choose_breaks"]


@dataclass(frozen=True)
class Break:
    """A place where a line may end. `latex[start:end]` is the symbol that shows where the place is in the drawing."""

    offset: int
    """The next line begins here in the source."""
    start: int
    end: int
    cost: float
    """How much a reader minds: 0 before a relation, 1 before a plus, more inside brackets."""

    @property
    def after(self) -> bool:
        """Whether the line breaks behind the symbol (a comma) and not before it."""
        return self.offset >= self.end


_JUXTAPOSED = (r"\frac", r"\dfrac", r"\tfrac", r"\sqrt", r"\sum", r"\prod", r"\int")


def breaks(latex: str) -> list[Break]:
    r"""All places where a formula may break, in order. Never inside braces, an environment or a script.

    A break inside `\left ... \right` is possible (`latex_split.cut` closes and opens the brackets invisibly), dear
    though.
    """
    found: list[Break] = []
    solid = [unit for unit in units(latex) if unit.kind not in {"space", "align", "newline"}]
    for before, unit in pairwise(solid):
        cost = _cost(latex, before, unit)
        if cost is None:
            continue
        depth = 3 * unit.soft + 4 * unit.hard
        if unit.kind == "punctuation":
            found.append(Break(unit.end, unit.start, unit.end, cost + depth))
        else:
            found.append(Break(unit.start, unit.start, unit.end, cost + depth))
    return found


def _cost(latex: str, before: Unit, unit: Unit) -> float | None:
    """What a break at a unit costs outside of all brackets; None where there can be none."""
    source = latex[unit.start : unit.end]
    cost: float | None = None
    if before.kind in {"open", "relation", "binary", "sign", "operator"}:
        pass
    elif unit.kind == "relation":
        cost = 0
    elif unit.kind == "binary":
        cost = 1 if source in SUMS else 2
    elif source in {",", ";"}:
        cost = 1
    elif unit.kind == "open" and not source.startswith("\\"):
        cost = 7 if before.kind == "atom" else 5
    elif unit.kind in {"atom", "operator"} and source.startswith(_JUXTAPOSED):
        cost = 4
    return cost


def choose_breaks(
    positions: Sequence[float], costs: Sequence[float], total: float, first: float, rest: float
) -> list[int]:
    """Choose breaks so that every line fits where it can, with few lines, cheap breaks and even lengths.

    Args:
        positions: where each possible break is, ascending, in units of length.
        costs: what each break costs.
        total: the formula's whole width.
        first: width available to the first line.
        rest: width available to the others.

    Returns:
        Indices of the chosen breaks; a stretch without any break that is wider than a line stays overfull.
    """
    ends = [*positions, total]
    # best[i]: the cheapest way to set everything up to ends[i], and the break that its last line begins at.
    best: list[tuple[float, int]] = []
    for index, end in enumerate(ends):
        price = 0.0 if index == len(positions) else costs[index]
        options: list[tuple[float, int]] = []
        for previous in range(-1, index):
            start = 0.0 if previous < 0 else ends[previous]
            room = first if previous < 0 else rest
            before = 0.0 if previous < 0 else best[previous][0]
            options.append((before + price + _line_cost(end - start, room), previous))
        best.append(min(options))
    chosen: list[int] = []
    index = best[-1][1]
    while index >= 0:
        chosen.append(index)
        index = best[index][1]
    return chosen[::-1]


_LINE_COST = 3.0
_OVERFULL = 1e6


def _line_cost(width: float, room: float) -> float:
    excess = width - room
    if excess > 1e-6:
        return _OVERFULL * (1 + excess / room)
    # A short last line looks as uneven as any other.
    return _LINE_COST + 2 * (1 - width / room) ** 2


def alignment(latex: str) -> Unit | None:
    r"""The relation that lines of a derivation line up at: the first at the top level, an arrow only for want of `=`."""
    found = [unit for unit in units(latex) if unit.kind == "relation" and unit.soft == 0]
    plain = [unit for unit in found if latex[unit.start : unit.end] in RELATIONS - ARROWS]
    return next(iter(plain or found), None)
