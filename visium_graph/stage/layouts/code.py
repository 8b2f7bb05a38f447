"""A listing on a panel; the lines spoken of are lit, the others dimmed, with a note beside or below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Mobject,
    Rectangle,
    RoundedRectangle,
    Transform,
    VGroup,
    config,
    there_and_back,
)

from visium_graph.stage.code_text import CELL, LINE, CodeText, Light
from visium_graph.stage.code_windows import Window, windows
from visium_graph.stage.highlight import CodeRow, highlight, wrap
from visium_graph.stage.layouts.base import Page, Piece, Region, View
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM

if TYPE_CHECKING:
    from visium_graph.layouts import CodeSpan
    from visium_graph.stage.text import RichText

__all__ = ["CodeView"]

_SIZES = (BODY_EM, 0.385, 0.36, 0.34, 0.32, FLOOR_EM)
_PAD = 0.3
"""From the panel's edge to the code."""
_DIM = 0.42
"""Opacity of lines that are not spoken of."""
_BAR = 0.16
"""Opacity of the bar behind lit lines."""
_NOTE_GAP = 0.5
_NOTE_ROOM = 3.1
"""Width of a note beside the panel, at least."""
_PAGE_SECONDS = 1.6
"""Seconds that a page needs to be turned to and seen."""
_NOTE_WIDEST = 4.6
_NOTE_EM = BODY_EM * 0.92


@dataclass(frozen=True)
class _Plan:
    """How the listing is set: its size, its rows by pages, where the panel may stand, and the notes."""

    em: float
    gutter: int
    pages: list[Window]
    panel: Region
    notes: Region | None = None
    beside: bool = False


class _CodePage(Page):
    """A page of a listing: its rows, its bar, and the note that is shown now."""

    code: CodeText
    bar: Rectangle
    note: RichText | None = None
    barred: bool = False


class CodeView(View):
    """The listing stands from the first beat; revealing a part lights its lines."""

    def build(self) -> list[Page]:
        """Choose a size, wrap long lines, and cut a long listing into pages."""
        plan = self._plan(highlight(self.layout.source, self.layout.language), self.slide.region)
        return [self._page(window, plan) for window in plan.pages]

    # ------------------------------------------------------------------ size

    def _plan(self, rows: list[CodeRow], region: Region) -> _Plan:
        gutter = len(str(rows[-1].line)) if len(rows) > 1 else 0
        columns = CodeText.columns(rows, gutter)
        notes = [part.note.strip() for part in self.layout.parts if part.note.strip()]
        reserved = max((self._written(note, region.width).height + _NOTE_GAP for note in notes), default=0.0)
        below = region.inset(bottom=reserved)
        whole = windows(rows, len(rows), self.layout.parts)
        for em in _SIZES:
            if notes and _fits(region.inset(right=_NOTE_ROOM + _NOTE_GAP), len(rows), columns, em):
                return self._beside(_Plan(em, gutter, whole, region), columns, notes)
            if _fits(below, len(rows), columns, em):
                return _Plan(em, gutter, whole, below, region if notes else None)
        # Smaller only as far as the widest line asks for; at the floor long lines wrap, and pages take the rest.
        em = next((size for size in _SIZES[2:] if columns * CELL * size + 2 * _PAD <= below.width), FLOOR_EM)
        prefix = CodeText.columns([], gutter)
        rows = wrap(rows, int((below.width - 2 * _PAD) / (CELL * em)) - prefix)
        most = int((below.height - 2 * _PAD - CAP_HEIGHT * em) / (LINE * em)) + 1
        return _Plan(em, gutter, windows(rows, most, self.layout.parts), below, region if notes else None)

    def _beside(self, plan: _Plan, columns: int, notes: list[str]) -> _Plan:
        """The panel at the left, as wide as the code, notes at its right; both together in the middle."""
        region = plan.panel
        width = columns * CELL * plan.em + 2 * _PAD
        free = min(region.width - width - _NOTE_GAP, _NOTE_WIDEST)
        written = max(self._written(note, free).width for note in notes)
        left = (region.width - width - _NOTE_GAP - written) / 2
        panel = region.inset(left=left, right=region.width - left - width)
        return _Plan(
            plan.em, plan.gutter, plan.pages, panel, region.inset(left=left + width + _NOTE_GAP, right=left), True
        )

    def _written(self, note: str, width: float) -> RichText:
        text = self.slide.rich(note, em=_NOTE_EM, width=width + 1e-3)
        return text if text.line_count <= 2 or width < _NOTE_WIDEST else self.slide.rich(note, em=FLOOR_EM, width=width)

    # ----------------------------------------------------------------- pages

    def _page(self, window: Window, plan: _Plan) -> Page:
        code = CodeText(window.rows, em=plan.em, gutter=plan.gutter, theme=self.slide.look)
        room = plan.panel
        widest = max(CodeText.columns(page.rows, plan.gutter) for page in plan.pages) * CELL * plan.em + 2 * _PAD
        width = min(room.width, widest if plan.beside else max(widest, 0.5 * room.width))
        height = ((len(window.rows) - 1) * LINE + CAP_HEIGHT + 0.2) * plan.em + 2 * _PAD
        left = room.left + (room.width - width) / 2
        top = room.top - 0.4 * max(0.0, room.height - height)
        panel = RoundedRectangle(
            corner_radius=0.12,
            width=width,
            height=height,
            stroke_width=0,
            fill_color=self.slide.look.surface,
            fill_opacity=1,
        )
        panel.move_to(np.array([left + width / 2, top - height / 2, 0.0])).set_z_index(-2)
        code.shift(np.array([left + _PAD, top - _PAD - CAP_HEIGHT * plan.em, 0.0]))
        page = _CodePage(furniture=[panel, code])
        page.code = code
        first = window.rows[0].line
        page.bar = self._bar(page, first, first)
        page.pieces += [self._piece(part, page, plan) for part in self.layout.parts if part.id in window.parts]
        return page

    def _piece(self, part: CodeSpan, page: _CodePage, plan: _Plan) -> Piece:
        note = self._note(part.note.strip(), page, plan, part) if part.note.strip() and plan.notes else None
        piece = Piece(part.id, VGroup())
        piece.enter = lambda: self._light(part, page, note)
        piece.again = lambda: self._light(part, page, note)
        return piece

    def _note(self, text: str, page: _CodePage, plan: _Plan, part: CodeSpan) -> RichText:
        assert plan.notes is not None
        room, panel = plan.notes, page.furniture[0]
        note = self._written(text, room.width)
        if plan.beside:
            lines = VGroup(*page.code.lit(*part.lines))
            note.shift(np.array([room.left - note.get_left()[0], lines.get_y() - note.get_y(), 0.0]))
            low, high = room.bottom - note.get_bottom()[1], room.top - note.get_top()[1]
            note.shift(np.array([0.0, max(low, 0.0) + min(high, 0.0), 0.0]))
        else:
            x = max(min(panel.get_left()[0], room.right - note.width), room.left)
            note.shift(np.array([x - note.get_left()[0], 0.0, 0.0]))
            note.shift(np.array([0.0, panel.get_bottom()[1] - 0.8 * _NOTE_GAP - note.get_top()[1], 0.0]))
        return note

    def _bar(self, page: _CodePage, first: int, last: int) -> Rectangle:
        """The bar behind lines of the source."""
        panel, code = page.furniture[0], page.code
        lines = list(code.lit(first, last)) or code.submobjects[:1]
        top = lines[0].baseline + (CAP_HEIGHT / 2 + LINE / 2) * code.em
        bottom = lines[-1].baseline + (CAP_HEIGHT / 2 - LINE / 2) * code.em
        bar = Rectangle(width=panel.width, height=top - bottom, stroke_width=0)
        bar.set_fill(self.slide.color("primary"), opacity=_BAR).set_z_index(-1)
        return bar.move_to(np.array([panel.get_x(), (top + bottom) / 2, 0.0]))

    # ---------------------------------------------------------------- motion

    def _light(self, part: CodeSpan, page: _CodePage, note: RichText | None) -> Animation:
        """Light the part's lines, dim the others, and change the note."""
        lit = list(page.code.lit(*part.lines))
        bar = self._bar(page, *part.lines)
        if page.barred and np.allclose(bar.points, page.bar.points) and page.note is note:
            accented = page.code.copy()
            VGroup(*accented.lit(*part.lines)).set_color(self.slide.color("accent"))
            return Transform(page.code, accented, rate_func=there_and_back)
        animations: list[Animation] = [Light(page.code, lit, _DIM)]
        if len(lit) == len(page.code.submobjects):
            # All of it is spoken of: a glow that passes, where a bar over everything would mark nothing.
            animations.append(FadeIn(bar.copy(), rate_func=there_and_back, remover=True))
            bar.set_fill(opacity=0)
        animations.append(Transform(page.bar, bar) if page.barred else FadeIn(page.bar.become(bar)))
        if page.note is not None and page.note is not note:
            animations.append(FadeOut(page.note))
        if note is not None and page.note is not note:
            animations.append(FadeIn(note))
        page.barred, page.note = True, note
        return AnimationGroup(*animations)

    def reveal(self, *ids: str) -> None:
        """Light parts; where none is lit and none named, a bar passes over the listing, page by page."""
        if ids or self._last:
            super().reveal(*ids)
            return
        beat = self.slide.current_beat
        pages = [self._on_page]
        if beat is not None and not self.layout.parts:
            # Nothing says where the voice is: the pages of a long listing are dealt out to the beats evenly.
            count = max(len(self.slide.narration), beat.index + 1)
            first, last = (len(self.pages) * number // count for number in (beat.index, beat.index + 1))
            pages = list(range(first, max(last, first + 1)))
        slot = (1.6 if beat is None else beat.remaining) / len(pages)
        for index, number in enumerate(pages):
            before = self.slide.seconds
            if number != self._on_page:
                self._turn_over(number)
            self._sweep(min(1.6, 0.6 * slot))
            if index < len(pages) - 1:
                self.slide.wait_frames(round((slot - (self.slide.seconds - before)) * config.frame_rate))

    def _together(self, pieces: Sequence[Piece], available: float) -> list[list[Piece]]:
        """A part of many pages shows only as many of them as there is time for."""
        most = max(1, int(available / _PAGE_SECONDS))
        if len({self._page_of(piece) for piece in pieces}) > most:
            pieces = [pieces[(len(pieces) - 1) * index // max(most - 1, 1)] for index in range(most)]
        return super()._together(pieces, available)

    def _turn_over(self, number: int) -> None:
        leaving, self._on_page = self._on(self._on_page), number
        self.slide.play(*map(FadeOut, leaving), *map(FadeIn, self._on(number)), run_time=0.4)

    def _sweep(self, seconds: float) -> None:
        """A bar passes over the lines from the first to the last."""
        page = self.pages[self._on_page]
        assert isinstance(page, _CodePage)
        lines = page.code.submobjects
        bar = self._bar(page, lines[0].line, lines[0].line)
        end = self._bar(page, lines[-1].line, lines[-1].line).set_fill(opacity=0)
        self.slide.play(FadeIn(bar), run_time=0.25 * seconds)
        self.slide.play(Transform(bar, end), run_time=0.75 * seconds)
        self.slide.remove(bar)

    def _on(self, number: int) -> list[Mobject]:
        page = self.pages[number]
        assert isinstance(page, _CodePage)
        extra = [page.bar] if page.barred else []
        return [*super()._on(number), *extra, *([page.note] if page.note is not None else [])]


def _fits(room: Region, rows: int, columns: int, em: float) -> bool:
    wide = columns * CELL * em + 2 * _PAD <= room.width
    return wide and ((rows - 1) * LINE + CAP_HEIGHT + 0.2) * em + 2 * _PAD <= room.height
