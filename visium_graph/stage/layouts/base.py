"""What all layouts share: pages of pieces, their entrance paced to the beat, and where they stand.

To add a layout, give it a pydantic model in `visium_graph.layouts`, a line in `VIEWS`, and a subclass of `View`:

```python
class BannerView(View):
    def build(self) -> list[Page]:
        region = self.slide.region                       # the frame less margins and title
        page = Page()
        for part in self.layout.parts:
            text = self.slide.rich(part.text, role=part.role, width=region.width)
            page.pieces.append(Piece(part.id, text))     # appears when a beat reveals part.id
        place_column([piece.mobject for piece in page.pieces], region)
        return [page]
```

- `build` makes every mobject once, in its final place. `Page.furniture` is there from the moment its page opens (axes,
  frames, headers); a `Piece` is what appears when its part is revealed. A part may have several pieces, also on several
  pages: revealing it plays them all in order, turning pages where it must.
- `Piece.enter` and `Piece.again` are functions that make the animations of the first and of later reveals, called when
  they are played, so they may depend on what is on screen by then; without them the view's `entrance` and `emphasis`
  serve. An action (a move, a highlight) is a piece whose mobject is an empty `VGroup` and whose `enter` acts on others.
- Entrances get their `run_time` from the beat: make animations without one. `Piece.seconds` is the longest it may take.
- Override `heading` for another title than the usual, `opening` for what comes in with it, `leaving` for the scene's end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import UP, Animation, FadeIn, FadeOut, Indicate, LaggedStart, Mobject, config, rate_functions

from visium_graph.stage.text import RichText
from visium_graph.stage.theme import CAP_HEIGHT

if TYPE_CHECKING:
    from visium_graph.stage.slide import Slide

__all__ = ["Page", "Piece", "Region", "View", "ink_bottom", "ink_top", "paginate", "place_column"]

_SHORTEST = 0.45
"""Seconds that one entrance needs to be seen; pieces that have less come in together."""
_TURN = 0.3
"""Seconds in which a page's content goes, and in which the next page's comes."""


@dataclass(frozen=True)
class Region:
    """A rectangle of the frame, in Manim units."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height."""
        return self.top - self.bottom

    @property
    def center(self) -> np.ndarray[Any, Any]:
        """Its middle as a point (x, y, 0)."""
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    def inset(self, *, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0) -> Region:
        """The region less strips at its sides."""
        return Region(self.left + left, self.right - right, self.bottom + bottom, self.top - top)


@dataclass(eq=False)
class Piece:
    """One thing that appears at once."""

    part: str
    """Id of the layout part it belongs to."""
    mobject: Mobject
    enter: Callable[[], Animation] | None = None
    again: Callable[[], Animation] | None = None
    seconds: float = 0.9
    """The longest its entrance may take."""


@dataclass(eq=False)
class Page:
    """What is on screen at one time, once all of it has been revealed."""

    pieces: list[Piece] = field(default_factory=list)
    furniture: list[Mobject] = field(default_factory=list)


class View(ABC):
    """A layout on a slide. Made by `Slide.layout`.

    Attributes:
        slide: the scene.
        title: the scene's title.
        layout: the validated layout model.
        pages: the pages, once `open` has built them.
    """

    def __init__(self, slide: Slide, title: str, layout: Any) -> None:
        self.slide = slide
        self.title = title
        self.layout = layout
        self.pages: list[Page] = []
        self._on_page = 0
        self._shown: list[Piece] = []
        self._last: list[Piece] = []

    @abstractmethod
    def build(self) -> list[Page]:
        """Make every page, each mobject in its final place."""

    def heading(self) -> RichText | None:
        """The title as it stands while the layout is shown; None shows none."""
        return self.slide.title(self.title)

    def prepare(self) -> None:
        """Build the pages; called once, after `heading`."""
        self.pages = self.build() or [Page()]

    def opening(self) -> list[Animation]:
        """Animations that bring in what is there before anything is revealed, played along with the title's."""
        return [FadeIn(mobject) for mobject in self.pages[0].furniture]

    def entrance(self, piece: Piece) -> Animation:
        """How a piece appears the first time."""
        return FadeIn(piece.mobject, shift=0.12 * UP, rate_func=rate_functions.ease_out_cubic)

    def emphasis(self, piece: Piece) -> Animation:
        """What a piece does when it is spoken of again."""
        return Indicate(piece.mobject, color=self.slide.color("accent"), scale_factor=1.04)

    def leaving(self) -> tuple[RichText | None, list[Animation]]:
        """What happens when the scene ends: the title that stays, and animations beside the fading of the content."""
        return self.slide.heading, []

    def reveal(self, *ids: str) -> None:
        """Show parts one after another, spread over what is left of the beat.

        A part that is there already is emphasised; with no ids, what came last is.

        Raises:
            ValueError: no part has that id.
        """
        known = {part.id for part in self.layout.parts}
        for name in ids:
            if name not in known:
                raise ValueError(f"no part named {name!r} to reveal (parts: {', '.join(sorted(known)) or 'none'})")
        asked = [piece for name in ids for page in self.pages for piece in page.pieces if piece.part == name]
        self._last = asked or self._last
        if not self._last:
            self._pulse_heading()
            return
        groups = self._together(self._last, self._available(len(self._last)))
        begin, slot = self.slide.frames, self._available(len(groups)) / len(groups) * config.frame_rate
        for index, group in enumerate(groups):
            # Where the entrances before ran over, this one has the rest of its own slot.
            self._turn_to(group[0])
            self._play(group, begin + (index + 1) * slot - self.slide.frames)
            if index < len(groups) - 1:
                self.slide.wait_frames(round(begin + (index + 1) * slot) - self.slide.frames)

    def _pulse_heading(self) -> None:
        heading = self.slide.heading
        if heading is not None:
            run_time = max(min(0.9, 0.75 * self._available(1)), 2 / config.frame_rate)
            self.slide.play(Indicate(heading, color=self.slide.color("accent"), scale_factor=1.03), run_time=run_time)

    def _available(self, count: int) -> float:
        beat = self.slide.current_beat
        return 1.2 * count if beat is None else beat.remaining

    def _together(self, pieces: Sequence[Piece], available: float) -> list[list[Piece]]:
        """Pieces in order, in groups that enter together: one a group where the time allows it."""
        room = max(1, int(available / _SHORTEST))
        size = -(-len(pieces) // room)
        groups: list[list[Piece]] = []
        for piece in pieces:
            if groups and len(groups[-1]) < size and self._page_of(piece) == self._page_of(groups[-1][0]):
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return groups

    def _play(self, group: Sequence[Piece], slot: float) -> None:
        """Play the pieces' animations in at most three quarters of a slot of so many frames."""
        animations = [self._animation(piece) for piece in group]
        longest = max(piece.seconds for piece in group) + 0.1 * (len(group) - 1)
        run_time = max(min(longest, 0.75 * slot / config.frame_rate), 2 / config.frame_rate)
        if len(animations) == 1:
            self.slide.play(animations[0], run_time=run_time)
        else:
            self.slide.play(LaggedStart(*animations, lag_ratio=0.25), run_time=run_time)
        self._shown.extend(piece for piece in group if piece not in self._shown)

    def _animation(self, piece: Piece) -> Animation:
        if piece in self._shown:
            return piece.again() if piece.again else self.emphasis(piece)
        return piece.enter() if piece.enter else self.entrance(piece)

    def _page_of(self, piece: Piece) -> int:
        return next(number for number, page in enumerate(self.pages) if piece in page.pieces)

    def _turn_to(self, piece: Piece) -> None:
        number = self._page_of(piece)
        if number == self._on_page:
            return
        before, after = self._on(self._on_page), self._on(number)
        self._on_page = number
        leaving = [mobject for mobject in before if mobject not in after]
        coming = [mobject for mobject in after if mobject not in before]
        if leaving:
            self.slide.play(*(FadeOut(mobject) for mobject in leaving), run_time=_TURN)
        if coming:
            self.slide.play(*(FadeIn(mobject) for mobject in coming), run_time=_TURN)

    def _on(self, number: int) -> list[Mobject]:
        page = self.pages[number]
        return [*page.furniture, *(piece.mobject for piece in page.pieces if piece in self._shown)]


def ink_top(mobject: Mobject) -> float:
    """Height of a mobject's top for spacing: of text the capitals' height, whatever letters it has."""
    if isinstance(mobject, RichText):
        return max(mobject.first_baseline + CAP_HEIGHT * mobject.em, float(mobject.get_top()[1]) - 0.25 * mobject.em)
    return float(mobject.get_top()[1])


def ink_bottom(mobject: Mobject) -> float:
    """Height of a mobject's bottom for spacing: of text the last baseline, unless a formula reaches far below."""
    if isinstance(mobject, RichText):
        return min(mobject.last_baseline, float(mobject.get_bottom()[1]) + 0.25 * mobject.em)
    return float(mobject.get_bottom()[1])


def place_column(mobjects: Sequence[Mobject], region: Region, *, gap: float = 0.5, left: bool = True) -> None:
    """Set mobjects below one another, the column as a whole optically centred in the region.

    Gaps are measured between baselines and capitals, so lines with and without descenders keep one rhythm. Where the
    column is short the gaps widen a little.
    """
    if not mobjects:
        return
    heights = [ink_top(mobject) - ink_bottom(mobject) for mobject in mobjects]
    free = region.height - sum(heights)
    count = len(mobjects) - 1
    if count:
        gap = max(min(gap * 1.35, 0.62 * free / (count + 1)), min(gap, free / count))
    spare = max(0.0, free - gap * count)
    y = region.top - 0.42 * spare
    for mobject, height in zip(mobjects, heights, strict=True):
        x = region.left - mobject.get_left()[0] if left else region.center[0] - mobject.get_x()
        mobject.shift(np.array([x, y - ink_top(mobject), 0.0]))
        y -= height + gap


def paginate(heights: Sequence[float], gap: float, room: float) -> list[list[int]]:
    """Deal items out to as few pages as hold them, in order, evenly filled.

    Args:
        heights: of each item.
        gap: between items.
        room: height of a page; an item higher than that stands alone.

    Returns:
        Indices of the items, page by page.
    """

    def fill(limit: float) -> list[list[int]]:
        pages: list[list[int]] = [[]]
        used = 0.0
        for index, height in enumerate(heights):
            more = height + (gap if pages[-1] else 0.0)
            if pages[-1] and used + more > limit:
                pages.append([])
                used, more = 0.0, height
            pages[-1].append(index)
            used += more
        return pages

    best = fill(room)
    low, high = 0.0, room
    for _ in range(12):  # the lowest limit that still needs no further page spreads the items evenly
        middle = (low + high) / 2
        if len(fill(middle)) <= len(best):
            high = middle
        else:
            low = middle
    return fill(high) if heights else []
