"""A formula that grows out of another: glyphs both have fly over, the others fade in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, Mobject, Scene, Transform, VGroup, VMobject, Write

__all__ = ["Grow", "glyph_key", "inked", "match_glyphs"]


def glyph_key(glyph: VMobject) -> tuple[int, bytes]:
    """The shape of a glyph whatever its place, size and colour: equal for the same letter in a line and in a script."""
    points = glyph.points[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    # Adding 0.0 turns -0.0 into 0.0, which has other bytes.
    return len(points), (np.round((points - low) / size, 1) + 0.0).tobytes()


def match_glyphs(source: Sequence[VMobject], target: Sequence[VMobject]) -> dict[int, int]:
    """Which glyph of `source` each glyph of `target` comes from.

    Runs of equal glyphs in the same order first; what is left over comes from an unused glyph of its shape (a term that
    changes sides), else from a used one (a factor that is multiplied out). Glyphs that are new are missing.

    Returns:
        Index in `target` -> index in `source`.
    """
    old, new = [glyph_key(glyph) for glyph in source], [glyph_key(glyph) for glyph in target]
    found: dict[int, int] = {}
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        found.update({block.b + step: block.a + step for step in range(block.size)})
    used = set(found.values())
    places: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for index, key in enumerate(old):
        places[key].append(index)
    for index, key in enumerate(new):
        if index not in found and places[key]:
            free = [place for place in places[key] if place not in used] or places[key]
            x = target[index].get_x()
            found[index] = min(free, key=lambda place: abs(source[place].get_x() - x))
            used.add(found[index])
    return found


class Grow(AnimationGroup):  # type: ignore[misc]  # manim is untyped here
    """Bring in `target`: out of copies of `source`'s glyphs, or written where there is no source.

    Afterwards the scene holds `target` as one mobject.
    """

    def __init__(
        self,
        target: Mobject,
        glyphs: Sequence[VMobject],
        *,
        source: Sequence[VMobject] = (),
        along: Sequence[Animation] = (),
        **kwargs: Any,
    ) -> None:
        """Prepare the animation.

        Args:
            target: what comes, in its place.
            glyphs: the shapes of `target` that are written or grow; the rest of it fades in.
            source: glyphs that are on screen already, and stay.
            along: animations of other mobjects to play meanwhile.
            **kwargs: passed on to `AnimationGroup`.
        """
        self.target = target
        found = match_glyphs(source, glyphs)
        self.movers = VGroup(*(source[place].copy().set_fill(opacity=1) for place in found.values()))
        goal = VGroup(*(glyphs[index].copy() for index in found))
        moved = {id(glyphs[index]) for index in found}
        coming = [glyph for glyph in glyphs if id(glyph) not in moved]
        written = {id(glyph) for glyph in glyphs}
        self.comers = VGroup(*coming)
        self.rest = VGroup(*(shape for shape in inked(target) if id(shape) not in written))
        animations = [*along]
        if found:
            animations.append(Transform(self.movers, goal))
            if coming:
                animations.append(FadeIn(self.comers, rate_func=_late))
        elif coming:
            animations.append(Write(self.comers))
        if len(self.rest):
            animations.append(FadeIn(self.rest, rate_func=_late))
        super().__init__(*animations, **kwargs)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Put the target itself where its pieces arrived."""
        super().clean_up_from_scene(scene)
        scene.remove(self.movers, self.comers, self.rest, *self.comers, *self.rest)
        scene.add(self.target)


def inked(mobject: Mobject) -> list[VMobject]:
    """The shapes of a mobject that are seen."""
    return [
        shape for shape in mobject.family_members_with_points() if shape.get_fill_opacity() or shape.get_stroke_width()
    ]


def _late(t: float) -> float:
    t = max(0.0, 2 * t - 1)
    return t * t * (3 - 2 * t)
