"""A slide's title: its size, its place, and the region that it leaves to the content."""

from __future__ import annotations

from manim import config

from visium_graph.stage.layouts.base import Region
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import CAP_HEIGHT, FLOOR_EM, MARGIN_X, MARGIN_Y, TITLE_EM, Theme

__all__ = ["fitted_title", "make_title", "region_below"]

_GAP = 0.42
"""From the title's last baseline to the content."""


def fitted_title(text: str, theme: Theme, *, em: float, width: float, lines: int, align: str = "left") -> RichText:
    """A bold title, smaller where it needs more lines than it should."""
    size = em
    while True:
        title = RichText(
            text, em=size, color=theme.color("text"), width=width, weight="BOLD", leading=1.2, align=align, by_letter=True
        )  # type: ignore[arg-type]
        if len(title) <= lines or size <= FLOOR_EM:
            return title
        size = max(FLOOR_EM, size * 0.85)


def make_title(text: str, theme: Theme) -> RichText:
    """The title in its place at the top left, one to three lines."""
    left, top = -config.frame_width / 2 + MARGIN_X, config.frame_height / 2 - MARGIN_Y
    title = fitted_title(text, theme, em=TITLE_EM, width=config.frame_width - 2 * MARGIN_X, lines=2)
    return title.place(left, top - CAP_HEIGHT * title.em)


def region_below(title: RichText | None) -> Region:
    """What the title leaves of the frame within its margins."""
    right, top = config.frame_width / 2 - MARGIN_X, config.frame_height / 2 - MARGIN_Y
    if title is not None:
        top = min(title.last_baseline, float(title.get_bottom()[1])) - _GAP
    return Region(-right, right, -config.frame_height / 2 + MARGIN_Y, top)
