"""One moment of a scene: what is drawn, in which order, and where. Imports Manim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from manim import Group, ManimColor, ThreeDCamera, VDict, VGroup, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.family import extract_mobject_family_members

from visium_graph.checks.texts import Box, Boxes, ShownText, shown_texts

__all__ = ["Drawn", "Picture", "frame_of", "grown", "meet", "related"]

_PLAIN = (Group, VGroup, VDict, VMobject)
"""Classes that group things without saying that they belong on top of each other."""
_FAINTEST = 0.06


@dataclass(frozen=True)
class Drawn:
    """Something with ink that is no text. `place` counts from what is drawn first."""

    mobject: Any
    place: int
    chain: tuple[Any, ...]
    """The mobjects it is part of, outermost first, and itself last."""

    @property
    def image(self) -> bool:
        """Whether it is a picture made of pixels."""
        return isinstance(self.mobject, AbstractImageMobject)

    @property
    def fill(self) -> float:
        """Opacity of what it fills, from 0 to 1."""
        return 1.0 if self.image else float(self.mobject.get_fill_opacity())

    @property
    def stroke(self) -> float:
        """Opacity of its line, from 0 to 1; 0 where the line has no width."""
        if self.image or self.mobject.get_stroke_width() <= 0:
            return 0.0
        return float(self.mobject.get_stroke_opacity())


class Picture:
    """What a scene shows at this moment.

    Attributes:
        frame: left, bottom, right, top of what the camera sees.
        texts: every text and formula with ink.
        drawn: everything else with ink, in the order of drawing.
        boxes: boxes of `drawn`, shape (n, 4).
        moving: whether the camera is one that moves.
        background: colour behind everything, three numbers from 0 to 1; None where there is a picture.
        deep: whether the scene has depth, and things in it that are not looked at.
    """

    def __init__(self, scene: Any) -> None:
        self.camera = scene.camera
        self.frame = frame_of(self.camera)
        self.moving = hasattr(self.camera, "frame")
        self.mobjects = _flat(scene)
        self.deep = len(self.mobjects) < len(scene.mobjects)
        self.texts = shown_texts(self.mobjects)
        has_image = getattr(self.camera, "background_image", None) is not None
        self.background = None if has_image else np.array(ManimColor(self.camera.background_color).to_rgb())
        self.places: dict[int, int] = {}
        self.drawn: list[Drawn] = []
        self._arrange()

    def _arrange(self) -> None:
        glyphs = {id(glyph) for text in self.texts for glyph in text.glyphs}
        chains = _chains(self.mobjects)
        members = extract_mobject_family_members(self.mobjects, use_z_index=True, only_those_with_points=True)
        for place, member in enumerate(members):
            self.places[id(member)] = place
            if id(member) not in glyphs and id(member) in chains:
                drawn = Drawn(member, place, chains[id(member)])
                if drawn.image or (isinstance(member, VMobject) and max(drawn.fill, drawn.stroke) > _FAINTEST):
                    self.drawn.append(drawn)

    @cached_property
    def boxes(self) -> Boxes:
        """Boxes of `drawn`, their strokes not counted."""
        if not self.drawn:
            return np.empty((0, 4))
        low = np.array([item.mobject.points[:, :2].min(axis=0) for item in self.drawn])
        high = np.array([item.mobject.points[:, :2].max(axis=0) for item in self.drawn])
        return np.concatenate([low, high], axis=1)

    def near(self, box: Box, margin: float = 0.05) -> list[Drawn]:
        """What is drawn within a box, in order."""
        if not self.drawn:
            return []
        overlap = np.minimum(self.boxes[:, 2:], box[2:]) - np.maximum(self.boxes[:, :2], box[:2])
        return [self.drawn[index] for index in np.flatnonzero((overlap > -margin).all(axis=1))]

    def span(self, text: ShownText) -> tuple[int, int]:
        """Places of the first and the last glyph of a text in the order of drawing."""
        places = [self.places[id(glyph)] for glyph in text.glyphs if id(glyph) in self.places]
        return (min(places), max(places)) if places else (0, 0)

    @cached_property
    def empty(self) -> bool:
        """Whether there is nothing in the frame at all."""
        if self.deep or any(meet(text.bounds, self.frame) for text in self.texts):
            return False
        return not self.near(self.frame, margin=0.0)


def related(text: ShownText, drawn: Drawn) -> bool:
    """Whether a shape belongs to a text, or both are parts of one thing that Manim made, such as an axis or a table."""
    if any(text.mobject is ancestor for ancestor in drawn.chain):
        return True
    shared = [ancestor for ancestor in text.chain if any(ancestor is other for other in drawn.chain)]
    return any(type(ancestor) not in _PLAIN and type(ancestor).__module__.startswith("manim.") for ancestor in shared)


def frame_of(camera: Any) -> Box:
    """Left, bottom, right, top of what a camera sees."""
    center = np.zeros(2) if isinstance(camera, ThreeDCamera) else np.asarray(camera.frame_center)[:2]
    half = np.array([camera.frame_width, camera.frame_height]) / 2
    return np.concatenate([center - half, center + half])


def meet(a: Box, b: Box, graze: float = 0.0) -> bool:
    """Whether two boxes have more than `graze` units in common in both directions."""
    return bool((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) > graze).all())


def grown(box: Box, margin: float) -> Box:
    """The box with a margin on all sides."""
    return np.asarray(box + np.array([-margin, -margin, margin, margin]), dtype=np.float64)


def _flat(scene: Any) -> list[Any]:
    """The mobjects whose points are places in the frame: in a scene with depth only those fixed to it."""
    if not isinstance(scene.camera, ThreeDCamera):
        return list(scene.mobjects)
    return [mobject for mobject in scene.mobjects if mobject in scene.camera.fixed_in_frame_mobjects]


def _chains(mobjects: list[Any]) -> dict[int, tuple[Any, ...]]:
    """Every mobject that is no part of a text -> the mobjects it is part of, outermost first, and itself."""
    chains: dict[int, tuple[Any, ...]] = {}
    waiting = [(mobject, ()) for mobject in mobjects]
    while waiting:
        mobject, above = waiting.pop()
        if id(mobject) in chains:
            continue
        chain: tuple[Any, ...] = (*above, mobject)
        chains[id(mobject)] = chain
        waiting += [(inner, chain) for inner in mobject.submobjects]
    return chains
