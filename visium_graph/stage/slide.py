"""The scene class that generated and hand-written scenes derive from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from manim import UP, Animation, FadeIn, FadeOut, Scene, VMobject, config, smooth, squish_rate_func

from visium_graph.stage.layouts import make_view
from visium_graph.stage.layouts.base import Region, View
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import Theme, theme_named
from visium_graph.stage.timing import DEFAULT_SECONDS, PAUSE, BeatTime, read_timing
from visium_graph.stage.titles import make_title, region_below

__all__ = ["Beat", "Slide"]


class Beat:
    """A beat that is being spoken.

    Attributes:
        index: number of the beat in its scene, from 0.
        duration: seconds from its start to the next beat's: the voice and a short pause.
    """

    def __init__(self, slide: Slide, index: int, duration: float, end: float) -> None:
        self.index = index
        self.duration = duration
        self._slide = slide
        self._end = end

    @property
    def remaining(self) -> float:
        """Seconds until the beat ends; 0 where the animations have run over it."""
        return max(0.0, self._end - self._slide.seconds)


class Slide(Scene):  # type: ignore[misc]  # manim is untyped here
    """A Manim scene that is spoken in beats.

    ```python
    class Why(Slide):
        narration = ("A square stands on each side.", "The two small ones fill the large one.")

        def construct(self):
            self.begin("A square on each side")
            square = Square(side_length=3, color=self.color("primary")).move_to(self.region.center)
            with self.beat(0) as beat:
                self.play(Create(square), run_time=0.4 * beat.duration)
            with self.beat(1):
                self.play(Rotate(square, PI / 4))
            self.leave(title=False)
    ```

    Attributes:
        narration: the text of each beat; estimates the durations where there is no `timing.json`.
        theme: name of the theme, `dark` or `light`.
        scene_id: the scene in `timing.json`; by default the name of the script's file.
        marks: what was spoken: (beat index, first frame, frame after the last).
    """

    narration: ClassVar[Sequence[str]] = ()
    theme: ClassVar[str] = "dark"
    scene_id: ClassVar[str | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks: list[tuple[int, int, int]] = []
        self.look: Theme = theme_named(self.theme)
        self._script = _script_of(type(self))
        self._beats = read_timing(self._script, self._id(), self.narration)
        self._current: Beat | None = None
        self._clock = 0.0
        self._heading: RichText | None = None
        self._view: View | None = None

    def setup(self) -> None:
        """Set the background and, on a light one, a dark default colour; Manim calls this before `construct`."""
        super().setup()
        self.camera.background_color = self.look.background
        if self.look.name == "light":
            VMobject.set_default(color=self.look.color("text"))

    def tear_down(self) -> None:
        """Restore Manim's default colour; Manim calls this after `construct`."""
        if self.look.name == "light":
            VMobject.set_default()
        super().tear_down()

    # ------------------------------------------------------------------ time

    @property
    def frames(self) -> int:
        """Frames written so far."""
        written = getattr(self.renderer.file_writer, "frames_written", None)
        return round(self.renderer.time * config.frame_rate) if written is None else int(written)

    @property
    def seconds(self) -> float:
        """Time since the scene's start, in whole frames."""
        return float(self.frames / config.frame_rate)

    @property
    def current_beat(self) -> Beat | None:
        """The beat being spoken, or None between beats."""
        return self._current

    @contextmanager
    def beat(self, index: int) -> Iterator[Beat]:
        """Speak a beat: its voice starts here, and leaving the block waits until it has ended.

        Beats that are not named are never spoken; animations that run longer than the voice push the next beat back.

        Args:
            index: number of the beat, from 0.

        Raises:
            ValueError: no such beat, a beat inside another, or one that was spoken already.
        """
        time = self._beat_time(index)
        start = self.frames
        # The ideal clock keeps fractions of a frame, so that the rounding of many beats does not add up.
        if start != round(self._clock * config.frame_rate):
            self._clock = start / config.frame_rate
        self._clock += time.seconds + PAUSE
        beat = Beat(self, index, time.seconds + PAUSE, self._clock)
        if time.sound is not None and not hasattr(self.renderer.file_writer, "frames_written"):
            self.add_sound(str(time.sound))
        self._current = beat
        try:
            yield beat
        finally:
            self._current = None
        self.wait_frames(round(self._clock * config.frame_rate) - self.frames)
        self.marks.append((index, start, self.frames))

    def wait_frames(self, count: int) -> None:
        """Hold the picture for a number of frames; none or fewer is no wait."""
        if count <= 0:
            return
        # Manim truncates a still wait to whole frames and rounds a moving one up: half-way hints keep both exact.
        moving = (
            self.always_update_mobjects
            or self.updaters
            or any(mobject.has_time_based_updater() for mobject in self.get_mobject_family_members())
        )
        self.wait((count - 1e-3 if moving else count + 1e-3) / config.frame_rate, frozen_frame=not moving)

    def _beat_time(self, index: int) -> BeatTime:
        if self._current is not None:
            raise ValueError(f"beat({index}) stands inside beat({self._current.index}): end one before the next")
        if index in [mark[0] for mark in self.marks]:
            raise ValueError(f"beat({index}) is spoken twice")
        if self.marks and index < self.marks[-1][0]:
            raise ValueError(f"beat({index}) comes after beat({self.marks[-1][0]}): beats are spoken in order")
        if index < 0 or (self._beats and index >= len(self._beats)):
            raise ValueError(f"there is no beat({index}): this scene has beats 0 to {len(self._beats) - 1}")
        return self._beats[index] if self._beats else BeatTime(str(index), DEFAULT_SECONDS)

    def _id(self) -> str:
        return self.scene_id or (self._script.stem if self._script is not None else type(self).__name__)

    # ------------------------------------------------------------------ look

    def color(self, role: str) -> str:
        """The theme's colour for a role (`text`, `muted`, `primary`, ...) as `#RRGGBB`."""
        return self.look.color(role)

    def rich(self, text: str, *, role: str = "text", **style: Any) -> RichText:
        """Rich text in a role's colour; `style` is that of `RichText`."""
        return RichText(text, color=self.color(role), **style)

    def title(self, text: str) -> RichText:
        """The slide's title, set in its place but not shown yet: `self.play(Write(self.title("...")))`."""
        self._heading = make_title(text, self.look)
        return self._heading

    @property
    def heading(self) -> RichText | None:
        """The title that the slide has now."""
        return self._heading

    @property
    def region(self) -> Region:
        """The part of the frame that content may fill: all of it within the margins, less the title."""
        return region_below(self._heading)

    def find(self, path: str) -> Path | None:
        """A file named relative to the run folder (or to the script's), or None where it is not there."""
        folders = (
            [Path.cwd()] if self._script is None else [self._script.resolve().parents[1], self._script.resolve().parent]
        )
        return next((folder / path for folder in folders if (folder / path).is_file()), None)

    # --------------------------------------------------------------- layouts

    def layout(self, kind: str, *, title: str, after: str | None = None, **fields: Any) -> View:
        """Set up a template layout and bring in its title, before the first beat.

        Args:
            kind: name of the layout, for example `bullets`.
            title: the scene's title.
            after: title of the scene before, which stands at the start and turns into this one.
            fields: the layout's own fields (see `visium_graph.layouts`).

        Raises:
            ValueError: unknown layout, or fields that do not fit it.
        """
        view = self._view = make_view(self, kind, title, fields)
        before = self._standing(after)
        self._heading = heading = view.heading()
        view.prepare()
        same = after == title and type(view).heading is View.heading
        self._change_titles(before, heading, view.opening(), same=same)
        return view

    def begin(self, title: str, *, after: str | None = None) -> RichText:
        """Bring in the title of a scene without a template, before the first beat; takes half a second.

        Args:
            title: the scene's title; `region` is the part of the frame below it.
            after: title of the scene before, which stands at the start and turns into this one.

        Returns:
            The title, which is on the slide now.
        """
        before = self._standing(after)
        heading = self.title(title)
        self._change_titles(before, heading, [], same=after == title)
        return heading

    def _standing(self, title: str | None) -> RichText | None:
        """The title that the scene before has left on the frame."""
        before = make_title(title, self.look) if title else None
        if before is not None:
            self.add(before)
        return before

    def _change_titles(self, before: RichText | None, heading: Any, animations: list[Animation], *, same: bool) -> None:
        if heading is not None and before is not None and same:
            self.remove(before)
            self.add(heading)
        else:
            # One after the other: two titles over each other cannot be read.
            out, in_ = squish_rate_func(smooth, 0.0, 0.5), squish_rate_func(smooth, 0.4, 1.0)
            animations += [FadeOut(before, shift=0.2 * UP, rate_func=out)] if before is not None else []
            rate = smooth if before is None else in_
            animations += [FadeIn(heading, shift=0.2 * UP, rate_func=rate)] if heading is not None else []
        if animations:
            self.play(*animations, run_time=0.5)

    def leave(self, *, title: bool = True) -> None:
        """Fade the content, at the scene's end.

        Args:
            title: keep the title, for a next scene that goes on from there (`after`); else it fades too.
        """
        animations: list[Animation] = []
        staying = self._heading
        if self._view is not None:
            self._heading, animations = self._view.leaving()
        moved = {mobject for animation in animations for mobject in animation.mobject.get_family()}
        keep = ({staying, self._heading} if title else set()) | moved
        animations += [FadeOut(mobject) for mobject in self.mobjects if mobject not in keep]
        if animations:
            self.play(*animations, run_time=0.4)
            # Manim stops an animation one step before its end: this frame shows the end.
            self.wait_frames(1)


def _script_of(scene: type[Slide]) -> Path | None:
    """The file that a scene class was written in; None where it was made at a prompt."""
    file = getattr(sys.modules.get(scene.__module__), "__file__", None) or scene.construct.__code__.co_filename
    return Path(file) if Path(file).is_file() else None
