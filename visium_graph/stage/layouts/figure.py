"""Labelled figures and diagrams: geometry at whatever scale fits, text at a readable size, and pieces that move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import (
    UP,
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    GrowFromCenter,
    LaggedStart,
    ManimColor,
    MoveToTarget,
    VGroup,
)

from visium_graph.layouts import FigureEmphasis, FigureMove, FigurePoint
from visium_graph.stage.figure_pieces import Drawn, Pen, draw_part
from visium_graph.stage.geometry import Extent, Frame, Pose, Vector, fit_frame
from visium_graph.stage.layouts.base import Page, Piece, Region, View
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import CAPTION_EM

__all__ = ["FigureView"]

_DIM = 0.25
"""What is left of a dimmed piece's opacity."""
_CAPTION_GAP = 0.3
_TEXT_SIZES = ((1.0, 1.0), (1.0, 0.5), (0.88, 0.4), (0.74, 0.33))
"""Tries at setting the text: factor on its size, and widest line as a share of the region."""
_GEOMETRY_SHARE = 0.55
"""Of the scale that the shapes would have without labels, what the labels must leave them."""


class FigureView(View):
    """One page: everything in its place from the start, in all states that the moves lead to."""

    def build(self) -> list[Page]:
        """Fit the figure with its labels to the region and draw every piece."""
        caption = self._caption()
        region = self.slide.region
        if caption is not None:
            region = region.inset(bottom=caption.height + _CAPTION_GAP)
        self._drawn, frame = self._fitted(region)
        for drawn in self._drawn.values():
            drawn.build(frame)
        self._hidden: set[str] = set()
        self._parts = {part.id: part for part in self.layout.parts}
        pieces = [self._piece(part) for part in self.layout.parts]
        return [Page(pieces, [] if caption is None else [caption])]

    def entrance(self, piece: Piece) -> Animation:
        """Lines are drawn, fills and labels fade in."""
        drawn = self._drawn[piece.part]
        steps: list[Animation] = []
        for shape in drawn.shape:
            is_line = shape.get_stroke_width() > 0 or isinstance(shape, VGroup)
            steps.append(Create(shape) if is_line else FadeIn(shape))
        if drawn.part.kind == "point":
            steps = [GrowFromCenter(shape) for shape in drawn.shape]
        if drawn.label:
            steps.append(FadeIn(drawn.label.text, shift=(0.12 if not steps else 0.0) * UP))
        return LaggedStart(*steps, lag_ratio=0.2) if steps else _nothing()

    def _together(self, pieces: Sequence[Piece], available: float) -> list[list[Piece]]:
        """Groups of pieces that enter together: also those that ask for it, but no action with what it acts on."""
        leaders: list[list[Piece]] = []
        for piece in pieces:
            if leaders and self._parts[piece.part].together:
                leaders[-1].append(piece)
            else:
                leaders.append([piece])
        followers = {id(group[0]): group[1:] for group in leaders}
        groups: list[list[Piece]] = []
        for group in super()._together([group[0] for group in leaders], available):
            groups.append([])
            busy: set[str] = set()
            for piece in (member for leader in group for member in (leader, *followers[id(leader)])):
                touched = self._touched(piece)
                if busy & touched:
                    groups.append([])
                    busy = set()
                groups[-1].append(piece)
                busy |= touched
        return groups

    def _touched(self, piece: Piece) -> set[str]:
        return {piece.part, *getattr(self._parts[piece.part], "targets", [])}

    def _caption(self) -> RichText | None:
        if not self.layout.caption:
            return None
        region = self.slide.region
        caption = self.slide.rich(
            self.layout.caption, role="muted", em=CAPTION_EM, width=0.9 * region.width, align="center"
        )
        return caption.move_to([region.center[0], region.bottom + caption.height / 2, 0])  # type: ignore[no-any-return]

    # ------------------------------------------------------------- fitting

    def _fitted(self, region: Region) -> tuple[dict[str, Drawn], Frame]:
        """Pieces and the frame: the largest text that leaves the shapes enough room."""
        best: tuple[float, dict[str, Drawn], Frame] | None = None
        for size, share in _TEXT_SIZES:
            drawn = self._pieces(size, share * region.width)
            states = self._states(drawn)
            frame = fit_frame([extent for state in states for extent in self._extents(drawn, state)], region)
            outlines = [(state[name], piece.outline) for state in states for name, piece in drawn.items()]
            shapes = [Extent(pose.apply(outline)) for pose, outline in outlines if len(outline)]
            quality = frame.scale / fit_frame(shapes, region).scale if shapes else 1.0
            if best is None or quality > best[0]:
                best = quality, drawn, frame
            if quality >= _GEOMETRY_SHARE:
                break
        assert best is not None
        return best[1], best[2]

    def _pieces(self, size: float, width: float) -> dict[str, Drawn]:
        points = {part.id: np.array(part.at) for part in self.layout.parts if isinstance(part, FigurePoint)}
        pen = Pen(self.slide.color, self.slide.rich, points, size, width)
        parts = (part for part in self.layout.parts if not isinstance(part, FigureMove | FigureEmphasis))
        return {part.id: draw_part(part, pen) for part in parts}

    def _states(self, drawn: dict[str, Drawn]) -> list[dict[str, Pose]]:
        """Where every piece stands: at first, and after each move in the order of the parts."""
        states = [{name: piece.pose for name, piece in drawn.items()}]
        for part in self.layout.parts:
            if isinstance(part, FigureMove):
                for name in part.targets:
                    drawn[name].pose = self._moved(part, drawn, drawn[name], 1.0)
                states.append({name: piece.pose for name, piece in drawn.items()})
        for piece in drawn.values():
            piece.pose = Pose()
        return states

    @staticmethod
    def _extents(drawn: dict[str, Drawn], state: dict[str, Pose]) -> list[Extent]:
        return [extent for name, piece in drawn.items() for extent in piece.extents(state[name])]

    @staticmethod
    def _moved(part: FigureMove, drawn: dict[str, Drawn], piece: Drawn, share: float) -> Pose:
        """A piece's pose after a share of a move, from where it stands now."""
        return piece.pose.moved(
            turn=share * np.deg2rad(part.rotate), about=_pivot(part, drawn, piece), by=share * np.array(part.by)
        )

    # ------------------------------------------------------------- reveals

    def _piece(self, part: Any) -> Piece:
        if isinstance(part, FigureMove):
            return Piece(part.id, VGroup(), lambda: self._move(part), lambda: self._light_up(part), seconds=1.8)
        if isinstance(part, FigureEmphasis):
            return Piece(part.id, VGroup(), lambda: self._emphasise(part), lambda: self._emphasise(part), seconds=0.8)
        drawn = self._drawn[part.id]
        piece = Piece(part.id, drawn.mobject, seconds=1.2)
        piece.again = lambda: self._back(piece)
        return piece

    def _present(self, names: list[str]) -> list[Drawn]:
        shown = {piece.part for piece in self._shown} - self._hidden
        return [self._drawn[name] for name in names if name in shown]

    def _move(self, part: FigureMove) -> Animation:
        present = self._present(part.targets)
        pivots = {name: _pivot(part, self._drawn, self._drawn[name]) for name in part.targets}
        for name in part.targets:
            drawn = self._drawn[name]
            if drawn not in present:  # it will appear where the move has taken it
                drawn.take(drawn.pose.moved(turn=np.deg2rad(part.rotate), about=pivots[name], by=np.array(part.by)))
        return _Rearrange(part, {name: pivots[name] for name in part.targets if self._drawn[name] in present}, present)

    def _emphasise(self, part: FigureEmphasis) -> Animation:
        present = self._present(part.targets)
        if part.kind == "hide":
            self._hidden.update(drawn.part.id for drawn in present)
            steps = [FadeOut(drawn.mobject) for drawn in present]
        elif part.kind == "dim":
            steps = [self._styled(drawn, _DIM) for drawn in present]
        elif part.role is None:
            return self._light_up(part)
        else:
            steps = [self._styled(drawn, 1.0, self.slide.color(part.role)) for drawn in present]
        return AnimationGroup(*steps) if steps else _nothing()

    def _light_up(self, part: FigureMove | FigureEmphasis) -> Animation:
        pieces = [Piece(drawn.part.id, drawn.mobject) for drawn in self._present(part.targets)]
        return AnimationGroup(*(self.emphasis(piece) for piece in pieces)) if pieces else _nothing()

    def _back(self, piece: Piece) -> Animation:
        """A piece that is spoken of again: it comes back if it was hidden or dimmed, or lights up."""
        drawn = self._drawn[piece.part]
        if piece.part in self._hidden:
            self._hidden.discard(piece.part)
            return FadeIn(piece.mobject)
        now = [(m.get_fill_opacity(), m.get_stroke_opacity()) for m in drawn.mobject.get_family()]
        return self.emphasis(piece) if np.allclose(now, drawn.opacities) else self._styled(drawn, 1.0)

    @staticmethod
    def _styled(drawn: Drawn, share: float, color: str | None = None) -> Animation:
        """Bring a piece to a share of its full opacity, and its shape (or bare text) to a colour."""
        target = drawn.mobject.generate_target()
        for member, (fill, stroke) in zip(target.get_family(), drawn.opacities, strict=True):
            member.set_fill(opacity=share * fill, family=False).set_stroke(opacity=share * stroke, family=False)
        if color is not None:
            for member in (target[0] if len(drawn.shape) else target).get_family():
                member.set_color(ManimColor(color), family=False)
        return MoveToTarget(drawn.mobject)


class _Rearrange(Animation):  # type: ignore[misc]  # manim is untyped here
    """Pieces turn about their pivots while they slide; labels stay upright."""

    def __init__(self, part: FigureMove, pivots: dict[str, Vector], pieces: list[Drawn]) -> None:
        self._part, self._pieces = part, pieces
        self._starts = [piece.pose for piece in pieces]
        self._pivots = [pivots[piece.part.id] for piece in pieces]
        super().__init__(VGroup(*(piece.mobject for piece in pieces)))

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(alpha))
        turn, by = share * np.deg2rad(self._part.rotate), share * np.array(self._part.by)
        for piece, start, pivot in zip(self._pieces, self._starts, self._pivots, strict=True):
            piece.take(start.moved(turn=turn, about=pivot, by=by))


def _pivot(part: FigureMove, drawn: dict[str, Drawn], piece: Drawn) -> Vector:
    if part.about is None:
        return piece.middle()
    if isinstance(part.about, str):
        point = drawn[part.about]
        return point.pose.apply(np.array(point.part.at))
    return np.array(part.about)


def _nothing() -> Animation:
    """An animation of nothing, for an action whose targets are not there."""
    return Animation(VGroup())
