"""Rows with more than a table can show side by side: each row a page of its own, a line for every column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from manim import LEFT, VGroup

from visium_graph.stage.layouts.base import Page, Piece, Region
from visium_graph.stage.theme import BODY_EM, CAP_HEIGHT, FLOOR_EM, LEADING

if TYPE_CHECKING:
    from visium_graph.layouts import TableRow
    from visium_graph.stage.slide import Slide
    from visium_graph.stage.text import RichText

__all__ = ["record_pages"]

_SIZES = (BODY_EM, BODY_EM * 0.9, BODY_EM * 0.8, FLOOR_EM)
_PAD = 0.45
"""Space between two lines of a record beyond its leading, in em."""
_GAP = 1.4
"""Space between names and values, in em."""


def record_pages(slide: Slide, header: Sequence[str], parts: Sequence[TableRow]) -> list[Page]:
    """One page a row: the header's cells as names on the left, the row's cells on the right.

    Args:
        slide: the scene.
        header: names of the columns; numbers stand in where there are none.
        parts: the rows.
    """
    names = list(header) or [f"{index + 1}." for index in range(len(parts[0].cells))]
    em = next(
        (em for em in _SIZES if all(_height(slide, names, part, em) <= slide.region.height for part in parts)), FLOOR_EM
    )
    pages = [_page(slide, names, part, em) for part in parts]
    # The names stay where they are from page to page: all pages are centred as the widest is.
    region = slide.region
    widest = max(VGroup(*page.furniture, *(piece.mobject for piece in page.pieces)).width for page in pages)
    for page in pages:
        for mobject in (*page.furniture, *(piece.mobject for piece in page.pieces)):
            mobject.shift(np.array([max(0.0, (region.width - widest) / 2), 0.0, 0.0]))
    return pages


def _page(slide: Slide, names: Sequence[str], part: TableRow, em: float) -> Page:
    region = slide.region
    labels, values = _drawn(slide, names, part, em, region)
    heights = [_reach(label, value, em) for label, value in zip(labels, values, strict=True)]
    everything = VGroup(*labels, *values)
    y = region.top
    for label, value, height in zip(labels, values, heights, strict=True):
        baseline = y - CAP_HEIGHT * em
        label.shift(np.array([0.0, baseline - label.first_baseline, 0.0]))
        value.shift(np.array([0.0, baseline - value.first_baseline, 0.0]))
        y -= height
    if everything.height > region.height:
        everything.scale(
            region.height / everything.height, about_edge=LEFT
        )  # nothing is left to break: smaller, but whole
    spare = region.height - everything.height
    everything.shift(np.array([0.0, region.top - 0.4 * spare - everything.get_top()[1], 0.0]))
    return Page([Piece(part.id, VGroup(*values))], [VGroup(*labels)])


def _drawn(
    slide: Slide, names: Sequence[str], part: TableRow, em: float, region: Region
) -> tuple[list[RichText], list[RichText]]:
    labels = [slide.rich(name.strip(), role="muted", em=em, width=0.36 * region.width, weight="BOLD") for name in names]
    start = region.left + max(label.width for label in labels) + _GAP * em
    values = [slide.rich(cell.strip(), role=part.role, em=em, width=region.right - start) for cell in part.cells]
    for label, value in zip(labels, values, strict=True):
        label.place(region.left, 0.0)
        value.place(start, 0.0)
    return labels, values


def _reach(label: RichText, value: RichText, em: float) -> float:
    """From one line's baseline to the next one's."""
    below = max(text.first_baseline - text.last_baseline for text in (label, value))
    return float(below + (LEADING + _PAD - 0.35) * em)


def _height(slide: Slide, names: Sequence[str], part: TableRow, em: float) -> float:
    labels, values = _drawn(slide, names, part, em, slide.region)
    return sum(_reach(label, value, em) for label, value in zip(labels, values, strict=True))
