"""Display formulas as lines: drawn, coloured by symbol, broken where too wide, each knowing where its relation stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from manim import MathTex

from visium_graph.stage.latex_lines import Break, alignment, breaks, choose_breaks
from visium_graph.stage.latex_split import Mark, Row, Unit, cut, mark, marks_of_symbols, rows, units
from visium_graph.stage.math import engine
from visium_graph.stage.mathjax import FormulaError, typeset

__all__ = ["FormulaLine", "PlacedLine", "column_extents", "set_lines"]

_POINTS_PER_UNIT = 96
"""MathTex font size at which an em is one Manim unit."""
_SUBSTRING = "_substring"
"""Manim's ending for marks inside a part."""
_ANCHOR = "anchor" + _SUBSTRING
_HANG = 1.1
"""A continued line that begins with no relation stands this far right of the column of relations, in em."""


class FormulaLine(MathTex):  # type: ignore[misc]  # manim is untyped here
    """One line of display math.

    Attributes:
        latex: its source.
        anchor: distance from the left edge to the relation that lines line up at, in em; None without one.
        places: distances from the left edge to the possible line breaks that were asked for, in em.
    """

    def __init__(
        self,
        latex: str,
        *,
        em: float = 1.0,
        color: str = "#FFFFFF",
        colors: Mapping[str, str] | None = None,
        anchor: Unit | None = None,
        candidates: Sequence[Break] = (),
    ) -> None:
        r"""Draw a line.

        Args:
            latex: display math without `\\` at its top level.
            em: font size, in Manim units.
            color: colour of all that `colors` does not name.
            colors: LaTeX of a symbol -> its colour.
            anchor: the unit of `latex` to line up at.
            candidates: possible breaks whose places are wanted.

        Raises:
            FormulaError: not valid LaTeX.
        """
        self.latex = latex
        _validate(latex)
        symbols = {
            symbol: [replace(item, name=item.name + _SUBSTRING) for item in found]
            for symbol, found in marks_of_symbols(latex, list(colors or {})).items()
        }
        own = [item for found in symbols.values() for item in found]
        placed = [Mark(item.start, item.end, _place(number)) for number, item in enumerate(candidates)]
        fixed = [] if anchor is None else [Mark(anchor.start, anchor.end, _ANCHOR)]
        self._typeset([*fixed, *placed, *own], fixed, em, color)
        for symbol, found in symbols.items():
            for item in found:
                self._group(item.name).set_color((colors or {})[symbol])
        self.anchor = self._offset(_ANCHOR, em) if fixed else None
        self.places = [self._offset(_place(number), em, after=item.after) for number, item in enumerate(candidates)]
        # Every animation copies its mobject: without the parsed SVG and the table of its groups ten times faster.
        self.id_to_vgroup_dict: dict[str, Any] = {}
        for shape in self.glyphs:
            shape.path_obj = None

    def _typeset(self, marks: Sequence[Mark], needed: Sequence[Mark], em: float, color: str) -> None:
        # Marks never cost a formula: where one breaks it, it is drawn with fewer.
        attempts = [mark(self.latex, chosen) for chosen in (marks, needed, ())]
        for attempt in dict.fromkeys(attempts):
            try:
                super().__init__(attempt, font_size=em * _POINTS_PER_UNIT, color=color, use_svg_cache=False)
            except ValueError as error:
                reason = error
            else:
                return
        raise FormulaError(self.latex, getattr(reason, "reason", None) or str(reason).splitlines()[0])

    def _group(self, name: str) -> Any:
        return self.id_to_vgroup_dict.get(name, self.id_to_vgroup_dict["root"][:0])

    def _offset(self, name: str, em: float, *, after: bool = False) -> float | None:
        group = self._group(name)
        if len(group) == 0:
            return None
        edge = group.get_right() if after else group.get_left()
        return float(edge[0] - self.get_left()[0]) / em

    @property
    def glyphs(self) -> list[Any]:
        """Its shapes, in reading order."""
        return [shape for shape in self.family_members_with_points() if shape.has_points()]


def _validate(latex: str) -> None:
    r"""Refuse what cannot be typeset: MathTex would add missing braces and turn a lone `\left` into something else."""
    if engine() != "mathjax":
        return
    try:
        typeset(latex)
    except FormulaError as alone:
        try:
            typeset(rf"\begin{{align*}}{latex}\end{{align*}}")  # `&` stands only in an environment
        except FormulaError:
            raise alone from None


def _place(number: int) -> str:
    return f"break{number:03d}{_SUBSTRING}"


@dataclass
class PlacedLine:
    """A line and where its left edge stands, in em, from the column of relations; None for a line set by itself."""

    line: FormulaLine
    left: float | None

    @property
    def width(self) -> float:
        """In em, while the line has an em of 1."""
        return float(self.line.width)


def set_lines(latex: str, *, room: float, color: str, colors: Mapping[str, str]) -> tuple[list[PlacedLine], float]:
    """Draw a formula in as many lines as it needs, at an em of 1.

    Args:
        latex: display math; may hold a display environment such as `align*`.
        room: widest line, in em.
        color: colour of all that `colors` does not name.
        colors: LaTeX of a symbol -> its colour.

    Returns:
        The lines, and what the worst break costs a reader (see `latex_lines.Break`): 0 without any, infinite where a
        line stays wider than `room`.

    Raises:
        FormulaError: not valid LaTeX, or nothing to see.
    """
    placed: list[PlacedLine] = []
    worst = 0.0
    for row in rows(latex):
        anchor = _anchor(row)
        line = FormulaLine(row.latex, color=color, colors=colors, anchor=anchor)
        if line.width <= room:
            placed.append(PlacedLine(line, None if line.anchor is None else -line.anchor))
        else:
            pieces, cost = _broken(row, anchor, room=room, color=color, colors=colors)
            placed += pieces
            worst = max(worst, cost)
    placed = [item for item in placed if item.line.glyphs]
    if not placed:
        raise FormulaError(latex, "draws nothing")
    overfull = any(item.width > room + 1e-6 for item in placed)
    return placed, math.inf if overfull else worst


def _anchor(row: Row) -> Unit | None:
    if row.align is None:
        return alignment(row.latex)
    at = next((unit for unit in units(row.latex) if unit.start >= (row.align or 0) and unit.kind != "space"), None)
    return at if at is None or at.kind in {"relation", "binary", "atom", "operator"} else alignment(row.latex)


def _broken(
    row: Row, anchor: Unit | None, *, room: float, color: str, colors: Mapping[str, str]
) -> tuple[list[PlacedLine], float]:
    """A line that is too wide, broken at the best places."""
    candidates = breaks(row.latex)
    whole = FormulaLine(row.latex, color=color, anchor=anchor, candidates=candidates)
    usable = [(place, item) for place, item in zip(whole.places, candidates, strict=True) if place]
    usable.sort(key=lambda pair: pair[0])
    column = whole.anchor if whole.anchor is not None and whole.anchor <= 0.4 * room else None
    # Where the left-hand side takes half of the line, what follows starts near the left edge instead.
    hang = 2.0 if column is None else column + _HANG
    rest = room - hang
    chosen = choose_breaks(
        [place for place, _ in usable], [item.cost for _, item in usable], whole.width, room, max(rest, room / 2)
    )
    offsets = [usable[index][1].offset for index in chosen]
    placed: list[PlacedLine] = []
    for number, piece in enumerate(cut(row.latex, offsets)):
        unit = alignment(piece)
        leads = unit is not None and not piece[: unit.start].strip()
        line = FormulaLine(piece, color=color, colors=colors, anchor=unit if number == 0 or leads else None)
        if whole.anchor is None:
            left = None if number == 0 else 2.0
        elif number == 0:
            left = -whole.anchor
        elif column is None:
            left = hang - whole.anchor
        else:
            left = 0.0 if leads else _HANG
        placed.append(PlacedLine(line, left))
    return placed, max((usable[index][1].cost for index in chosen), default=0.0)


def column_extents(placed: Sequence[PlacedLine]) -> tuple[float, float]:
    """How far the lines reach left and right of the column of relations, in em; lines by themselves are centred."""
    lined = [item for item in placed if item.left is not None]
    left = max((-(item.left or 0.0) for item in lined), default=0.0)
    right = max(((item.left or 0.0) + item.width for item in lined), default=0.0)
    alone = max((item.width for item in placed if item.left is None), default=0.0)
    spare = max(0.0, alone - left - right) / 2
    return left + spare, right + spare
