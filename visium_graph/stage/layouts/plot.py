"""Plots: axes that are there from the start, and curves, areas, lines, points and series on them."""

from __future__ import annotations

from manim import Animation, AnimationGroup, Create, FadeIn, GrowFromCenter, GrowFromEdge, LaggedStart, Mobject, VGroup

from visium_graph.layouts import DataArea, DataPoint, DataSeries
from visium_graph.stage.axes import Axes
from visium_graph.stage.label_places import Places
from visium_graph.stage.layouts.base import Page, Piece, View
from visium_graph.stage.plot_pieces import Plotted, Plotter

__all__ = ["PlotView"]

_MARGIN = 0.1
_SEPARATE = 40
"""More shapes than this come in together."""


class PlotView(View):
    """One page. Labels are placed once, clear of everything that the plot will show."""

    def build(self) -> list[Page]:
        """Set the axes in the region, draw every part and then the labels."""
        region = self.slide.region.inset(left=_MARGIN, right=_MARGIN, top=_MARGIN)
        axes = Axes(
            self.layout.x,
            self.layout.y,
            region,
            rich=self.slide.rich,
            line_color=self.slide.color("muted"),
            grid_color=self.slide.look.rule,
            equal=self.layout.equal,
        )
        places = Places(region)
        for line in axes.zero_lines:
            places.draw(line)
        places.boxes += [(text.get_corner([-1, -1, 0])[:2], text.get_corner([1, 1, 0])[:2]) for text in axes.texts]
        slide = self.slide
        plotter = Plotter(
            axes.frame, places, self.layout.parts, color=slide.color, rich=slide.rich, background=slide.look.background
        )
        plotted = [plotter.draw(part) for part in self.layout.parts]
        plotter.label_all(plotted)
        self._plotted = {piece.part.id: piece for piece in plotted}
        pieces = [Piece(piece.part.id, _group(piece), seconds=_seconds(piece)) for piece in plotted]
        return [Page(pieces, [axes.mobject])]

    def entrance(self, piece: Piece) -> Animation:
        """Curves and lines are drawn, bars grow, areas and labels fade in."""
        plotted = self._plotted[piece.part]
        steps = _entrances(plotted)
        if plotted.label is not None:
            steps.append(FadeIn(plotted.label))
        return AnimationGroup(*steps, lag_ratio=0.6) if steps else Animation(VGroup())


def _entrances(plotted: Plotted) -> list[Animation]:
    """The shapes' entrance as at most one animation; none where the part has no shapes in view."""
    part, shapes = plotted.part, plotted.shapes
    if not shapes:
        return []
    if isinstance(part, DataArea) or len(shapes) > _SEPARATE:
        return [FadeIn(VGroup(*shapes))]
    if isinstance(part, DataPoint):
        return [GrowFromCenter(shapes[0])]
    if isinstance(part, DataSeries) and part.style == "bars":
        return [LaggedStart(*(GrowFromEdge(bar, bar.grows_from) for bar in shapes), lag_ratio=0.2)]
    if isinstance(part, DataSeries):
        return [LaggedStart(*(_drawn(shape) for shape in shapes), lag_ratio=0.4)]
    # The pieces of a broken curve follow one another.
    return [AnimationGroup(*(Create(shape) for shape in shapes), lag_ratio=1.0)]


def _drawn(shape: Mobject) -> Animation:
    return Create(shape) if shape.get_stroke_width() > 0 else GrowFromCenter(shape)


def _group(plotted: Plotted) -> VGroup:
    return VGroup(*plotted.shapes, *([] if plotted.label is None else [plotted.label]))


def _seconds(plotted: Plotted) -> float:
    """A curve may take its time; a point or a short line should not."""
    return 0.9 if isinstance(plotted.part, DataPoint) else 1.6
