"""A formula large in the middle, or a derivation whose lines grow out of one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from manim import Animation, AnimationGroup, FadeOut, MoveToTarget, Succession, Transform, VGroup, there_and_back

from visium_graph.stage.formula_lines import FormulaLine, PlacedLine, column_extents, set_lines
from visium_graph.stage.growth import Grow, inked
from visium_graph.stage.layouts.base import Page, Piece, Region, View
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import BODY_EM, FLOOR_EM, MATH_SCALE

if TYPE_CHECKING:
    from visium_graph.layouts import FormulaLayout
    from visium_graph.stage.slide import Slide

__all__ = ["FormulaView", "StepGroup"]

Point = npt.NDArray[np.float64]
"""A point (x, y, 0) of the frame."""

_ALONE_EM = 0.92
"""Font size of a formula that has the slide to itself."""
_STEP_EM = 0.64
_COMFORT_EM = 0.44
"""Lines break before they get smaller than this, unless only a bad place to break is left."""
_SMALLEST_EM = FLOOR_EM * MATH_SCALE
_TURN = 0.5
"""Seconds of a page turn."""
_DIM = 0.62
"""Opacity of lines that the derivation has left behind."""
_NOTE_EM = BODY_EM * 0.9
_NOTE_GAP = 0.7
_NOTE_ROOM = 3.2
"""A note stands beside its line where it has at least this much room, else below."""
_STEP_GAP = 0.95
"""Space between steps, in em of the formula."""
_LINE_GAP = 0.55
"""Space between the lines of one step, in em."""


class StepGroup(VGroup):  # type: ignore[misc]  # manim is untyped here
    """The lines of one step (or of the part of it that fits a page) and its note."""

    def __init__(self, lines: Sequence[FormulaLine], note: RichText | None = None) -> None:
        super().__init__(*lines, *([] if note is None else [note]))
        self.lines = list(lines)
        """Lines of the formula, from the top."""
        self.note = note
        self.home: Point = self.get_center()

    @property
    def formula(self) -> VGroup:
        """The lines without the note."""
        return VGroup(*self.lines)


@dataclass
class _Step:
    """A step on its way to a page."""

    part: str
    placed: list[PlacedLine]
    note: str = ""


@dataclass(frozen=True)
class _Grid:
    """Where the lines of a slide stand: `column` is the x of the relations, `left` and `right` bound the formulas."""

    em: float
    left: float
    right: float
    column: float
    lined: bool
    notes: float | None
    """Left edge of the notes, or None where they stand below their lines."""


class FormulaView(View):
    """Formulas below one another, their relation signs in a column, each grown out of the line above."""

    def __init__(self, slide: Slide, title: str, layout: FormulaLayout) -> None:
        super().__init__(slide, title, layout)
        self._moves: list[Animation] = []

    def build(self) -> list[Page]:
        """Choose a size, break what is too wide, and deal the steps out to pages."""
        region = self.slide.region
        steps, em = self._sized(region)
        grid = self._grid(steps, em, region)
        groups = [(step.part, self._group(step, grid, region)) for step in self._cut_to_height(steps, grid, region)]
        pages: list[Page] = []
        queue = list(groups)
        carried: StepGroup | None = None
        while queue:
            column: list[StepGroup] = [] if carried is None else [carried]
            pieces: list[tuple[str, StepGroup]] = []
            while queue and (not pieces or _height([*column, queue[0][1]], grid.em) <= region.height):
                part, group = queue.pop(0)
                pieces.append((part, group))
                column.append(group)
            if carried is not None and _height(column, grid.em) > region.height:
                column, carried = column[1:], None  # a step as high as the page leaves no room for the line before it
            _place(column, grid.em, region)
            pages.append(self._page(pieces, carried))
            carried = self._carried(pieces[-1][1])
        return pages

    def _page(self, pieces: list[tuple[str, StepGroup]], carried: StepGroup | None) -> Page:
        page = Page(furniture=[] if carried is None else [carried])
        for index, (part, group) in enumerate(pieces):
            before = carried if index == 0 else pieces[index - 1][1]
            page.pieces.append(Piece(part, group, seconds=1.6))
            page.pieces[-1].enter = lambda group=group, before=before: self._enter(group, before)
            page.pieces[-1].again = lambda group=group: self._again(group)
        return page

    # ------------------------------------------------------------------ size

    def _sized(self, region: Region) -> tuple[list[_Step], float]:
        """The steps, broken into lines where they must be, and the font size."""
        steps, _ = self._steps(math.inf)
        left, right = column_extents([line for step in steps for line in step.placed])
        fitting = region.width / max(left + right, 1e-6)
        alone = sum(len(step.placed) for step in steps) == 1
        if fitting < _COMFORT_EM:
            em = _COMFORT_EM
            steps, cost = self._steps(region.width / em)
            if cost > 2:
                em = _SMALLEST_EM
                steps, _ = self._steps(region.width / em)
            return steps, em
        em = min(_ALONE_EM if alone else _STEP_EM, fitting)
        if not alone and any(step.note for step in steps):
            # A little smaller, where that makes room for the notes beside the formulas.
            beside = (region.width - _NOTE_GAP - _NOTE_ROOM) / (left + right)
            em = min(em, beside) if beside >= _COMFORT_EM else em
        return steps, self._lowered(steps, em, region)

    def _lowered(self, steps: list[_Step], em: float, region: Region) -> float:
        """A smaller size, down to what is still comfortable, where that saves a page."""
        size = em
        while size >= _COMFORT_EM:
            grid = self._grid(steps, size, region)
            if _height([self._group(step, grid, region) for step in steps], size) <= region.height:
                return size
            size *= 0.9
        return min(em, 0.48)

    def _steps(self, room: float) -> tuple[list[_Step], float]:
        text = self.slide.color("text")
        colors = {symbol: self.slide.color(role) for symbol, role in self.layout.colors.items()}
        steps, worst = [], 0.0
        for part in self.layout.parts:
            placed, cost = set_lines(part.latex, room=room, color=text, colors=colors)
            steps.append(_Step(part.id, placed, part.note.strip()))
            worst = max(worst, cost)
        return steps, worst

    # ----------------------------------------------------------------- place

    def _grid(self, steps: Sequence[_Step], em: float, region: Region) -> _Grid:
        placed = [line for step in steps for line in step.placed]
        lined = sum(line.left is not None for line in placed) > 1
        if lined:
            before, after = (extent * em for extent in column_extents(placed))
        else:
            before = after = max(line.width for line in placed) * em / 2
        width = min(before + after, region.width)
        notes = [step.note for step in steps if step.note]
        room = region.width - width - _NOTE_GAP
        beside = bool(notes) and len(placed) > 1 and room >= _NOTE_ROOM
        written = max((self._note(note, room).width for note in notes), default=0.0) if beside else 0.0
        left = region.center[0] - (width + (_NOTE_GAP + written if beside else 0.0)) / 2
        column = left + before * width / max(before + after, 1e-6)
        return _Grid(em, left, left + width, column, lined, left + width + _NOTE_GAP if beside else None)

    def _note(self, note: str, width: float, align: str = "left") -> RichText:
        return self.slide.rich(note, role="muted", em=_NOTE_EM, width=width, align=align)

    def _group(self, step: _Step, grid: _Grid, region: Region) -> StepGroup:
        """The lines of a step at their x, from a y of 0 downwards, and the note."""
        lines: list[FormulaLine] = []
        y = 0.0
        for item in step.placed:
            line = item.line.copy().scale(grid.em)
            if line.width > region.width:
                line.scale(
                    region.width / line.width
                )  # nothing is left to break: smaller than one would like, but whole
            x = (grid.left + grid.right - line.width) / 2
            if grid.lined and item.left is not None:
                x = grid.column + item.left * grid.em
            x = max(min(x, region.right - line.width), region.left)
            line.shift(np.array([x - line.get_left()[0], y - line.get_top()[1], 0.0]))
            y -= line.height + _LINE_GAP * grid.em
            lines.append(line)
        if not step.note:
            return StepGroup(lines)
        formula = VGroup(*lines)
        if grid.notes is not None:
            note = self._note(step.note, region.right - grid.notes)
            note.shift(np.array([grid.notes - note.get_left()[0], formula.get_y() - note.get_y(), 0.0]))
        else:
            note = self._note(step.note, min(region.width, 10.5), align="center")
            note.shift(np.array([(grid.left + grid.right) / 2 - note.get_x(), 0.0, 0.0]))
            note.shift(np.array([0.0, formula.get_bottom()[1] - 0.45 * max(grid.em, 0.6) - note.get_top()[1], 0.0]))
        return StepGroup(lines, note)

    def _cut_to_height(self, steps: Sequence[_Step], grid: _Grid, region: Region) -> list[_Step]:
        """Steps that are higher than a page, cut between their lines."""
        cut: list[_Step] = []
        for step in steps:
            run = _Step(step.part, [], "")
            for line in step.placed:
                longer = _Step(step.part, [*run.placed, line], step.note)
                if run.placed and self._group(longer, grid, region).height > region.height:
                    cut.append(run)
                    longer = _Step(step.part, [line], step.note)
                run = _Step(step.part, longer.placed, "")
            cut.append(_Step(step.part, run.placed, step.note))
        return cut

    def _carried(self, group: StepGroup) -> StepGroup:
        """The last line of a page, for the top of the next."""
        return StepGroup([group.lines[-1].copy()])

    # ---------------------------------------------------------------- motion

    def _play(self, group: Sequence[Piece], slot: float) -> None:
        self._recenter([piece for piece in group if piece not in self._shown])
        super()._play(group, slot)

    def _recenter(self, coming: Sequence[Piece]) -> None:
        """What is shown stands in the middle of its place: with every new line, the lines before make way."""
        self._moves = []
        if not coming:
            return
        page = self.pages[self._on_page]
        there = [*page.furniture, *(piece.mobject for piece in page.pieces if piece in self._shown)]
        new = [piece.mobject for piece in coming]
        offset = self._offset(page, [*there, *new])
        for mobject in new:
            mobject.move_to(mobject.home + offset)
        for mobject in there:
            mobject.generate_target().move_to(mobject.home + offset)
            for shape in inked(mobject.target):
                shape.set_fill(opacity=min(_DIM, shape.get_fill_opacity()))
            self._moves.append(MoveToTarget(mobject))

    @staticmethod
    def _offset(page: Page, shown: Sequence[StepGroup]) -> Point:
        """From the places of a full page to those that have what is shown in the middle."""
        whole: list[StepGroup] = [*page.furniture, *(piece.mobject for piece in page.pieces)]
        return _middle(whole) - _middle(shown)

    def _turn_to(self, piece: Piece) -> None:
        """The next page begins with the line that the last one ended with: it moves up, all else fades."""
        number = self._page_of(piece)
        old, new = self.pages[self._on_page], self.pages[number]
        last = old.pieces[-1]
        if number != self._on_page + 1 or not new.furniture or last not in self._shown:
            super()._turn_to(piece)
            return
        (carried,) = new.furniture
        carried.move_to(carried.home + self._offset(new, [carried, piece.mobject]))
        line = last.mobject.lines[-1].copy()
        leaving = [mobject for mobject in self._on(self._on_page) if mobject is not last.mobject]
        rest = [shape.copy() for part in last.mobject if part is not last.mobject.lines[-1] for shape in inked(part)]
        self.slide.remove(last.mobject)
        self.slide.add(*rest)
        self._on_page = number
        fades = [FadeOut(mobject) for mobject in (*leaving, *rest)]
        self.slide.play(AnimationGroup(*fades, Transform(line, carried.lines[-1].copy())), run_time=_TURN)
        self.slide.remove(line)
        self.slide.add(carried)

    def _enter(self, group: StepGroup, before: StepGroup | None) -> Animation:
        glyphs = [glyph for line in group.lines for glyph in line.glyphs]
        along, self._moves = self._moves, []
        there = [*self.pages[self._on_page].furniture, *(piece.mobject for piece in self._shown)]
        grown = before is not None and any(before is mobject for mobject in there)
        source = [glyph for line in before.lines for glyph in line.glyphs] if before is not None and grown else []
        return Grow(group, glyphs, source=source, along=along)

    def _again(self, group: StepGroup) -> Animation:
        group.generate_target()
        for shape in inked(group.target):
            shape.set_fill(opacity=1)
        accented = group.target.copy()
        accented.formula.set_color(self.slide.color("accent")).scale(1.05)
        # Both move the group itself: it stays the one mobject that the scene knows.
        return Succession(MoveToTarget(group, run_time=0.2), Transform(group, accented, rate_func=there_and_back))


def _height(column: Sequence[StepGroup], em: float) -> float:
    return sum(float(group.height) for group in column) + _STEP_GAP * em * max(len(column) - 1, 0)


def _place(column: Sequence[StepGroup], em: float, region: Region) -> None:
    """Set groups below one another, the whole optically centred; with few of them the gaps open a little."""
    spare = max(0.0, region.height - _height(column, em))
    widened = min(0.3 * em, spare / (len(column) + 1)) if len(column) > 1 else 0.0
    y = region.top - 0.45 * (spare - widened * (len(column) - 1))
    for group in column:
        group.shift(np.array([0.0, y - group.get_top()[1], 0.0]))
        group.home = group.get_center()
        y -= float(group.height) + _STEP_GAP * em + widened


def _middle(groups: Sequence[StepGroup]) -> Point:
    """The middle of the rectangle that groups take up in their final places."""
    halves = [np.array([group.width / 2, group.height / 2, 0.0]) for group in groups]
    low = np.min([group.home - half for group, half in zip(groups, halves, strict=True)], axis=0)
    high = np.max([group.home + half for group, half in zip(groups, halves, strict=True)], axis=0)
    middle: Point = (low + high) / 2
    return middle
