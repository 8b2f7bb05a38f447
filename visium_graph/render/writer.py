"""Takes Manim's frames: one encoder for the whole scene, and a still of each beat's end."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter
from numpy.typing import NDArray
from PIL import Image

from visium_graph.render.encoder import ClipEncoder

__all__ = ["ClipWriter", "renderer_into"]

Pixels = NDArray[np.uint8]


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

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Append a frame `repeat` times. Manim hands the array over and does not touch it again."""
        self._note_marks()
        first = self.frames_written
        self._encoder.write(pixels, repeat)
        self.last = pixels
        if not self._marks():
            for end in self.planned:
                if first < end <= self.frames_written:
                    self._ends[end] = pixels

    def still(self, end: int) -> Pixels:
        """The picture before frame `end`: as it was at a beat's end, or else the last one of the scene."""
        self._note_marks()
        assert self.last is not None
        return self._ends.get(end, self.last)

    def _marks(self) -> list[tuple[int, int, int]]:
        return getattr(self.scene, "marks", None) or []

    def _note_marks(self) -> None:
        """Keep the last picture where a beat has just ended: a Slide notes the end before it draws on."""
        marks = self._marks()
        if marks and self.last is not None:
            self._ends.setdefault(marks[-1][2], self.last)

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


def renderer_into(encoder: ClipEncoder, planned: frozenset[int]) -> type[Any]:
    """A Cairo renderer whose frames go into this encoder."""

    class ClipRenderer(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["file_writer_class"] = partial(ClipWriter, encoder=encoder, planned=planned)
            super().__init__(*args, **kwargs)

        def init_scene(self, scene: Any, *args: Any) -> None:
            super().init_scene(scene, *args)
            self.file_writer.scene = scene

    return ClipRenderer


def save_still(pixels: Pixels, target: Path) -> None:
    """Write a picture as PNG, without its alpha channel."""
    Image.fromarray(pixels[:, :, :3]).save(target, compress_level=3)
