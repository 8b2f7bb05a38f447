"""Manim's Cairo renderer, drawing on layers that are kept and handing its frames to the clip's encoder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from manim import Camera, Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.iterables import list_update

from visium_graph.render.canvas import NOWHERE, Layer, Sketch, Sketchbook, bounds, can_sketch, family
from visium_graph.render.encoder import ClipEncoder
from visium_graph.render.picture import Box, Pixels
from visium_graph.render.writer import ClipWriter

__all__ = ["renderer_into"]


class _Canvas:
    """Two layers: what stands still during an animation, and over it what moves, in the camera's own pixels."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._still = Layer(camera.pixel_array.copy(), camera)
        self._moving = Layer(camera.pixel_array, camera)
        self._book = Sketchbook(camera)
        self._view: tuple[Any, ...] = ()
        self._ground: Pixels = camera.background
        self._waiting: list[Box] = []
        """Boxes of the still layer that the moving one has not taken over yet."""

    @property
    def still(self) -> Pixels:
        """Pixels of the lower layer."""
        return self._still.pixels

    def draw_still(self, mobjects: Iterable[Mobject]) -> None:
        """Show these mobjects, and no others, on the lower layer."""
        self._look_through_camera()
        wanted = self._sketches(mobjects)
        if wanted is None:
            self._camera.set_frame_to_background(self._ground)
            self._camera.capture_mobjects(mobjects)
            np.copyto(self._still.pixels, self._camera.pixel_array)
            self._still.forget()
            self._moving.forget()
        else:
            self._waiting += self._still.show(wanted, self._ground, ())

    def draw(self, mobjects: Iterable[Mobject]) -> Box:
        """Show the lower layer and these mobjects over it; returns the box that has changed since the last call."""
        self._look_through_camera()
        wanted = self._sketches(mobjects)
        if wanted is None:
            self._camera.set_frame_to_background(self._still.pixels)
            self._camera.capture_mobjects(mobjects)
            self._moving.forget()
            boxes: Sequence[Box] = [self._moving.frame]
        else:
            boxes = self._moving.show(wanted, self._still.pixels, self._waiting)
        self._waiting = []
        return bounds(boxes)

    def forget(self) -> None:
        """The camera's pixels were drawn on by others."""
        self._moving.forget()

    def _sketches(self, mobjects: Iterable[Mobject]) -> list[Sketch] | None:
        return self._book.look_at(family(mobjects, use_z_index=self._camera.use_z_index))

    def _look_through_camera(self) -> None:
        """Begin anew where the camera has moved or got another background."""
        camera = self._camera
        view = (camera.frame_width, camera.frame_height, *camera.frame_center)
        if view != self._view or camera.background is not self._ground:
            self._view, self._ground = view, camera.background
            self._book.forget()
            self._still.forget()
            self._moving.forget()


class _ClipRenderer(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
    """Draws each frame once, and of each frame what has changed.

    Where a scene brings a camera that works in another way (in space, several pictures in one), Manim's own way of
    drawing is kept.
    """

    _canvas: _Canvas | None = None
    _changed: Box | None = None
    """Where the camera's pixels differ from the frame that was written last; None: anywhere. Not every picture that is
    drawn is written: a section can be skipped."""

    def init_scene(self, scene: Any, *args: Any) -> None:
        super().init_scene(scene, *args)
        self.file_writer.scene = scene

    def save_static_frame_data(self, scene: Any, static_mobjects: Iterable[Mobject]) -> Pixels | None:
        if not can_sketch(self.camera):
            return super().save_static_frame_data(scene, static_mobjects)  # type: ignore[no-any-return]
        self.file_writer.note_marks()
        if self._canvas is None:
            self._canvas = _Canvas(self.camera)
        self._canvas.draw_still(static_mobjects)
        self.static_image = self._canvas.still  # Manim sets it to None when the animation is over
        return self.static_image

    def update_frame(self, scene: Any, mobjects: Iterable[Mobject] | None = None, **kwargs: Any) -> None:
        self.file_writer.note_marks()
        if self._canvas is None or self.static_image is None or kwargs:
            if self._canvas is not None:
                self._canvas.forget()
            self._changed = None
            super().update_frame(scene, mobjects, **kwargs)
            return
        drawn = self._canvas.draw(mobjects or list_update(scene.mobjects, scene.foreground_mobjects))
        self._changed = None if self._changed is None else bounds([self._changed, drawn])

    def render(self, scene: Any, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:  # noqa: ARG002
        self.update_frame(scene, moving_mobjects)
        self.add_frame(self.camera.pixel_array)

    def freeze_current_frame(self, duration: float) -> None:
        self.add_frame(self.camera.pixel_array, num_frames=int(duration / (1 / self.camera.frame_rate)))

    def add_frame(self, frame: Pixels, num_frames: int = 1) -> None:
        if self.skip_animations:
            return
        self.time += num_frames / self.camera.frame_rate
        ours = frame is self.camera.pixel_array  # else the scene's own: nothing is known of it, nor of what follows it
        self.file_writer.write_frame(frame, repeat=num_frames, changed=self._changed if ours else None)
        self._changed = NOWHERE if ours else None


def renderer_into(encoder: ClipEncoder, planned: frozenset[int]) -> type[Any]:
    """A Cairo renderer whose frames go into this encoder.

    Args:
        encoder: of the scene's clip.
        planned: frame numbers at which beats end if the scene speaks none itself.
    """
    writer = partial(ClipWriter, encoder=encoder, planned=planned)

    class ClipRenderer(_ClipRenderer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "file_writer_class": writer})

    return ClipRenderer
