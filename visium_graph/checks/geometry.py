"""What is wrong with the places of texts: beyond the frame, or on top of each other. Measured on live mobjects."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import cairo
import numpy as np
from manim import ThreeDCamera, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.family import extract_mobject_family_members
from numpy.typing import NDArray

from visium_graph.checks.texts import ShownText, box_of, shown_texts

__all__ = ["Fault", "Geometry"]

_EDGE = 0.03
"""Units beyond the frame that nobody sees."""
_GRAZE = 0.03
"""Units that two glyph boxes may overlap: round letters and tight kerning do."""
_SAME = 0.8
"""Boxes that share this part of their area hold a glyph and its own copy, as a highlight does."""
_INK = 0.0015
"""Square units of common ink that a viewer sees as a collision."""
_OPAQUE = 0.7
_PIXELS = 80
"""Resolution of the ink test, in pixels a unit."""
_SHORTEST = 0.3
"""Seconds that a fault must last: what passes within an animation is movement, not a mistake."""

_OUTSIDE = "off-frame: wholly"
"""No fault if the text is ever in the frame: it is parked outside, or leaves that way. Known only at the end."""
_CUT_BY_CAMERA = "off-frame: camera"
"""No fault if a camera that moves ever has the whole text in view."""

Box = NDArray[np.float64]


@dataclass
class Fault:
    """A fault that lasts: what, between which seconds, and on which line the text was made."""

    rule: str
    message: str
    suggestion: str
    line: int
    start: float
    end: float
    lasted: float = 0.0


@dataclass(frozen=True)
class _Seen:
    """What is remembered of a text between looks. Holding the mobject keeps its id from being used again."""

    mobject: Any
    frame: Box


class Geometry:
    """Looks at a scene before and after each animation and keeps the faults that last.

    Example:
        >>> geometry = Geometry()  # doctest: +SKIP
        >>> before = geometry.look(scene)
        >>> geometry.hold(before, geometry.look(scene), start=0.0, end=1.0)
    """

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}
        self._inside: set[int] = set()
        self._whole: set[int] = set()
        self._excuses = {_OUTSIDE: self._inside, _CUT_BY_CAMERA: self._whole}
        self._faults: dict[tuple[int, ...], Fault] = {}

    def look(self, scene: Any) -> dict[tuple[int, ...], Fault]:
        """The faults at this moment, by the ids of the texts concerned."""
        camera = scene.camera
        frame = _frame(camera)
        texts = shown_texts(_flat(scene))
        found: dict[tuple[int, ...], Fault] = {}
        for text in texts:
            key = (id(text.mobject),)
            self._seen.setdefault(id(text.mobject), _Seen(text.mobject, frame))
            fault = self._off_frame(text, frame, moving=hasattr(camera, "frame"))
            if fault is not None:
                found[key] = fault
        order = _Order(scene)
        for first, second in combinations(texts, 2):
            fault = _overlap(first, second, order)
            if fault is not None:
                found[(id(first.mobject), id(second.mobject))] = fault
        return found

    def hold(
        self, before: dict[tuple[int, ...], Fault], after: dict[tuple[int, ...], Fault], start: float, end: float
    ) -> None:
        """Note that the scene went from one state to the other: what is in both was there all the time."""
        for key in before.keys() & after.keys():
            fault = self._faults.setdefault(key, before[key])
            if fault.lasted == 0.0:
                fault.start = start
            fault.lasted += end - start
            fault.end = end

    def faults(self) -> list[Fault]:
        """Everything that lasted, in order of its start."""
        lasting = [
            fault
            for key, fault in self._faults.items()
            if fault.lasted >= _SHORTEST and key[0] not in self._excuses.get(fault.rule, ())
        ]
        for fault in lasting:
            fault.rule = "off-frame" if fault.rule in self._excuses else fault.rule
        return sorted(lasting, key=lambda fault: (fault.start, fault.line))

    def _off_frame(self, text: ShownText, frame: Box, *, moving: bool) -> Fault | None:
        left, bottom, right, top = text.bounds
        beyond = {
            "left": frame[0] - left,
            "right": right - frame[2],
            "bottom": frame[1] - bottom,
            "top": top - frame[3],
        }
        side = max(beyond, key=lambda name: float(beyond[name]))
        away = right < frame[0] or left > frame[2] or top < frame[1] or bottom > frame[3]
        if not away:
            self._inside.add(id(text.mobject))
        if beyond[side] <= _EDGE:
            self._whole.add(id(text.mobject))
        if beyond[side] <= _EDGE or text.backdrop:
            return None
        # A camera that moves leaves things behind and goes to others; only what was put under it as it is now counts.
        if moving and (away or not np.allclose(frame, self._seen[id(text.mobject)].frame, atol=0.01)):
            return None
        size, room = (
            (right - left, frame[2] - frame[0]) if side in ("left", "right") else (top - bottom, frame[3] - frame[1])
        )
        if size > room - 0.5:
            advice = f"it is {size:.1f} units long and the frame {room:.1f}: break it up, or scale it by {(room - 1) / size:.2f}"
        else:
            opposite = {"left": "RIGHT", "right": "LEFT", "bottom": "UP", "top": "DOWN"}[side]
            advice = f"move it, for example .shift({beyond[side] + 0.3:.1f} * {opposite})"
        message = f"{text.name} reaches {beyond[side]:.2f} units beyond the {side} edge of the frame"
        if away:
            message = f"{text.name} lies wholly outside the frame, {beyond[side]:.2f} units beyond the {side} edge"
        rule = _OUTSIDE if away else _CUT_BY_CAMERA if moving else "off-frame"
        return Fault(rule, message, advice, text.line, 0.0, 0.0)


def _frame(camera: Any) -> Box:
    center = np.zeros(2) if isinstance(camera, ThreeDCamera) else np.asarray(camera.frame_center)[:2]
    half = np.array([camera.frame_width, camera.frame_height]) / 2
    return np.concatenate([center - half, center + half])


def _flat(scene: Any) -> list[Any]:
    """The mobjects whose points are places in the frame: in a scene with depth only those fixed to it."""
    if not isinstance(scene.camera, ThreeDCamera):
        return list(scene.mobjects)
    return [mobject for mobject in scene.mobjects if mobject in scene.camera.fixed_in_frame_mobjects]


class _Order:
    """What is drawn on top of what; worked out at the first question, since most scenes never ask."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._members: list[Any] | None = None

    def hidden(self, first: ShownText, second: ShownText, region: Box) -> bool:
        """Whether something opaque lies between two texts and covers the region."""
        if self._members is None:
            self._members = extract_mobject_family_members(
                self._scene.mobjects, use_z_index=True, only_those_with_points=True
            )
        places = {id(member): place for place, member in enumerate(self._members)}
        spans = []
        for text in (first, second):
            known = [places[id(glyph)] for glyph in text.glyphs if id(glyph) in places]
            if not known:
                return False
            spans.append((min(known), max(known)))
        (_, low), (high, _) = sorted(spans)
        return any(_covers(member, region) for member in self._members[low + 1 : high])


def _covers(mobject: Any, region: Box) -> bool:
    opaque = isinstance(mobject, AbstractImageMobject) or (
        isinstance(mobject, VMobject) and mobject.get_fill_opacity() >= _OPAQUE
    )
    if not opaque:
        return False
    box = box_of(mobject)
    return bool((box[:2] <= region[:2] + _EDGE).all() and (box[2:] >= region[2:] - _EDGE).all())


def _overlap(first: ShownText, second: ShownText, order: _Order) -> Fault | None:
    if not _meet(first.bounds, second.bounds):
        return None
    a, b = first.boxes[:, None, :], second.boxes[None, :, :]
    size = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    area = np.prod(np.clip(size, 0, None), axis=-1)
    own = [np.prod(box[..., 2:] - box[..., :2], axis=-1) for box in (a, b)]
    # A glyph and its copy coincide; of a text that is drawn along its own outline only a part of it does.
    whole = np.minimum(*own) if first.name == second.name else own[0] + own[1] - area
    clash = (size > _GRAZE).all(axis=-1) & (area < _SAME * whole)
    if not clash.any():
        return None
    pairs = np.argwhere(clash)
    low = np.maximum(first.boxes[pairs[:, 0], :2], second.boxes[pairs[:, 1], :2]).min(axis=0)
    high = np.minimum(first.boxes[pairs[:, 0], 2:], second.boxes[pairs[:, 1], 2:]).max(axis=0)
    region = np.concatenate([low, high])
    inked = [
        _ink([text.glyphs[index] for index in sorted(set(pairs[:, side]))], region)
        for side, text in enumerate((first, second))
    ]
    common = np.count_nonzero((inked[0] > 127) & (inked[1] > 127)) / _PIXELS**2
    if common < _INK or order.hidden(first, second, region):
        return None
    width, height = high - low
    return Fault(
        "text-overlap",
        f"{first.name} and {second.name} overlap by {width:.2f} x {height:.2f} units",
        "move one of them (next_to with a buff, arrange), or fade one out before the other comes",
        max(first.line, second.line),
        0.0,
        0.0,
    )


def _meet(a: Box, b: Box) -> bool:
    return bool((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) > _GRAZE).all())


def _ink(glyphs: list[Any], region: Box) -> NDArray[np.uint8]:
    """The glyphs' ink within the region as coverage from 0 to 255, one byte a pixel."""
    width, height = (np.ceil((region[2:] - region[:2]) * _PIXELS).astype(int) + 1).tolist()
    surface = cairo.ImageSurface(cairo.FORMAT_A8, width, height)
    context = cairo.Context(surface)
    context.scale(_PIXELS, _PIXELS)
    context.translate(-region[0], -region[1])
    for glyph in glyphs:
        for path in glyph.get_subpaths():
            context.move_to(*path[0][:2])
            for start in range(0, len(path) - 3, 4):
                _, control, other, end = path[start : start + 4]
                context.curve_to(*control[:2], *other[:2], *end[:2])
            context.close_path()
        context.fill()
    surface.flush()
    return np.frombuffer(surface.get_data(), dtype=np.uint8).reshape(height, surface.get_stride())[:, :width].copy()
