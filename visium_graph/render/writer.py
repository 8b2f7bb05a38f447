"""Takes Manim's frames: one encoder for the whole scene, and a still of each beat's end."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from manim.scene.scene_file_writer import SceneFileWriter

from visium_graph.render.encoder import ClipEncoder
from visium_graph.render.picture import Box, Pixels

__all__ = ["ClipWriter", "save_still"]

_STILL_WIDTH = 960


class ClipWriter(SceneFileWriter):  # type: ignore[misc]  # manim is untyped here
    """Manim's file writer without partial movie files: every frame goes straight to the encoder.

    Attributes:
        frames_written: frames so far; a Slide places its beats by it.
        scene: the scene being rendered; its `marks`, where it has any, say when beats end.
        planned: frame numbers at which beats end if the scene speaks none itself.
    """

    def __init__(self, settings: Any, *, encoder: ClipEncoder, planned: frozenset[int]) -> None:
        super().__init__(settings)
        self.scene: Any = None
        self.planned = planned
        self.last: Pixels | None = None
        self._encoder = encoder
        self._ends: dict[int, Pixels] = {}

    @property
    def frames_written(self) -> int:
        """Frames so far."""
        return self._encoder.frames

    def write_frame(self, pixels: Pixels, *, repeat: int = 1, changed: Box | None = None) -> None:
        """Append a frame `repeat` times.

        Args:
            pixels: RGBA. The next frame may be drawn into the same array.
            repeat: frames for which it is shown.
            changed: where it differs from the frame before; None: anywhere.
        """
        self.note_marks()
        first = self.frames_written
        self._encoder.write(pixels, repeat, changed)
        self.last = pixels
        if not self._marks():
            for end in self.planned:
                if first < end <= self.frames_written:
                    self._ends[end] = pixels.copy()

    def still(self, end: int) -> Pixels:
        """The picture before frame `end`: as it was at a beat's end, or else the last one of the scene."""
        self.note_marks()
        assert self.last is not None
        return self._ends.get(end, self.last)

    def _marks(self) -> list[tuple[int, int, int]]:
        return getattr(self.scene, "marks", None) or []

    def note_marks(self) -> None:
        """Keep the last picture where a beat has just ended. Called before the next one is drawn over it."""
        marks = self._marks()
        if marks and self.last is not None and marks[-1][2] not in self._ends:
            self._ends[marks[-1][2]] = self.last.copy()

    # What Manim would do with partial movie files, sound and stills has no place here.

    def begin_animation(self, allow_write: bool = False, **_: Any) -> None:
        """Nothing to open."""

    def end_animation(self, allow_write: bool = False) -> None:
        """Nothing to close."""

    def add_sound(self, *_: Any, **__: Any) -> None:
        """The clip is silent: the voice comes from the timeline."""

    def save_image(self, pixels: Pixels) -> None:
        """A scene without a single animation shows one picture."""
        self.write_frame(np.array(pixels))

    def finish(self) -> None:
        """The encoder is closed by the one who opened it, after the last hold."""


def save_still(pixels: Pixels, target: Path) -> None:
    """Write a picture as PNG, without its alpha channel."""
    height, width, _ = pixels.shape
    frame = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="rgba")
    encoder: Any = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "rgb24", Fraction(1)
    encoder.options = {"pred": "none", "compression_level": "3"}  # flat areas: filters and effort gain nothing
    (packet,) = encoder.encode(frame.reformat(format="rgb24", threads=1))
    target.write_bytes(packet)
