"""A slide's title: its size, its place, and the region that it leaves to the content."""

from __future__ import annotations

from collections.abc import Sequence

from manim import DOWN, config

from visium_graph.stage.layouts.base import Region
from visium_graph.stage.text import Align, RichText
from visium_graph.stage.theme import CAP_HEIGHT, FLOOR_EM, MARGIN_X, MARGIN_Y, TITLE_EM, Theme

__all__ = ["fitted_title", "make_title", "region_below"]

_SIZES = (
    (TITLE_EM, 1),
    (TITLE_EM * 0.88, 2),
    (TITLE_EM * 0.8, 3),
    (TITLE_EM * 0.72, 3),
    (TITLE_EM * 0.64, 4),
    (FLOOR_EM, 9),
)
_GAP = 0.6
"""From the title's last baseline to the content."""


def fitted_title(
    text: str, theme: Theme, *, sizes: Sequence[tuple[float, int]], width: float, align: Align = "left"
) -> RichText:
    """A bold title in the first of `sizes` (em, and how many lines it may take there) that it fits, else in the last."""
    for em, lines in sizes:
        title = RichText(
            text,
            em=em,
            color=theme.color("text"),
            width=width,
            weight="BOLD",
            leading=1.22,
            align=align,
            balance=True,
            by_letter=True,
        )
        if title.line_count <= lines:
            break
    return title


def make_title(text: str, theme: Theme) -> RichText:
    """The title in its place at the top left; the longer it is, the smaller."""
    left, top = -config.frame_width / 2 + MARGIN_X, config.frame_height / 2 - MARGIN_Y
    title = fitted_title(text, theme, sizes=_SIZES, width=config.frame_width - 2 * MARGIN_X)
    title.place(left, top - CAP_HEIGHT * title.em)
    # A tall formula must not leave the frame.
    title.shift(DOWN * max(0.0, float(title.get_top()[1]) - top - 0.1))
    return title


def region_below(title: RichText | None) -> Region:
    """What the title leaves of the frame within its margins."""
    right, top = config.frame_width / 2 - MARGIN_X, config.frame_height / 2 - MARGIN_Y
    if title is not None:
        top = min(title.last_baseline - _GAP, float(title.get_bottom()[1]) - 0.8 * _GAP)
    return Region(-right, right, -config.frame_height / 2 + MARGIN_Y, top)
