"""Layers that are kept show what Manim draws, frame by frame."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import manim.scene.scene as manim_scene
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import (
    BLUE,
    DOWN,
    LEFT,
    PI,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    AnimationGroup,
    Axes,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    ImageMobject,
    Indicate,
    Line,
    LineJointType,
    MovingCameraScene,
    PointCloudDot,
    Polygon,
    ReplacementTransform,
    Scene,
    Square,
    Star,
    SurroundingRectangle,
    ThreeDScene,
    ValueTracker,
    VGroup,
    VMobject,
    always_redraw,
    tempconfig,
)
from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.family import extract_mobject_family_members

from visium_graph.render.canvas import family
from visium_graph.render.renderer import renderer_into
from visium_graph.render.writer import ClipWriter
from visium_graph.stage import RichText

CONDITIONS = {
    "pixel_width": 214,
    "pixel_height": 120,
    "frame_rate": 10,
    "disable_caching": True,
    "progress_bar": "none",
    "verbosity": "ERROR",
}
# Drawing a part of an outline rounds in other places than drawing the whole.
ROUNDING = 10


class Film:
    """Stands where the encoder stands: keeps every frame, and how much of each was said to have changed."""

    def __init__(self) -> None:
        self.frames = 0
        self.pictures: list[tuple[int, np.ndarray]] = []
        self.changed: list[Any] = []

    def write(self, pixels: np.ndarray, repeat: int = 1, changed: Any = None) -> None:
        self.frames += repeat
        self.pictures.append((repeat, pixels.copy()))
        self.changed.append(changed)


def film(construct: Callable[[Any], None], base: type[Scene], renderer: Callable[[Film], Any]) -> Film:
    shot = Film()
    with tempconfig(CONDITIONS), pytest.MonkeyPatch.context() as patch:
        patch.setattr(manim_scene, "CairoRenderer", renderer(shot))
        type("Filmed", (base,), {"construct": construct})().render()
    return shot


def by_manim(shot: Film) -> Any:
    class Plain(CairoRenderer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            writer = partial(ClipWriter, encoder=shot, planned=frozenset())
            super().__init__(*args, **{**kwargs, "file_writer_class": writer})

    return Plain


def on_layers(shot: Film) -> Any:
    return renderer_into(shot, frozenset())  # type: ignore[arg-type]


def assert_same(construct: Callable[[Any], None], base: type[Scene] = Scene) -> Film:
    expected, found = film(construct, base, by_manim), film(construct, base, on_layers)
    assert [repeat for repeat, _ in found.pictures] == [repeat for repeat, _ in expected.pictures]
    before: np.ndarray | None = None
    for number, ((_, one), (_, other)) in enumerate(zip(expected.pictures, found.pictures, strict=True)):
        difference = np.abs(one.astype(int) - other.astype(int)).max(axis=2)
        assert difference.max() <= ROUNDING, f"frame {number} differs by {difference.max()}"
        box = found.changed[number]
        if before is not None and box is not None:
            left, top, right, bottom = box
            outside = before != other
            outside[top:bottom, left:right] = False
            assert not outside.any(), f"frame {number} has changed outside {box}"
        before = other
    return found


def shapes(scene: Scene) -> None:
    square = Square(color=BLUE, fill_opacity=0.5).shift(LEFT)
    star = Star(color=RED, stroke_width=12, joint_type=LineJointType.MITER).shift(RIGHT)
    scene.add(Line(LEFT * 5, RIGHT * 5, stroke_width=1))
    scene.play(Create(square), run_time=0.5)
    scene.wait(0.3)
    scene.play(FadeIn(star, shift=UP), square.animate.rotate(PI / 3), run_time=0.5)
    scene.play(ReplacementTransform(square, Circle()), Indicate(star), run_time=0.5)
    scene.wait(0.2)
    scene.play(FadeOut(star), run_time=0.3)


def words(scene: Scene) -> None:
    lines = VGroup(*[RichText(f"Line {number} of the text, $x^{number}$") for number in range(3)]).arrange(DOWN)
    scene.play(AnimationGroup(*map(FadeIn, lines), lag_ratio=0.4), run_time=1)
    scene.play(lines[1].animate.set_color(YELLOW), run_time=0.3)
    scene.play(Create(SurroundingRectangle(lines[1])), run_time=0.3)


def order(scene: Scene) -> None:
    back = Square(3, color=BLUE, fill_opacity=1).set_z_index(1)
    front = Circle(color=RED, fill_opacity=1).shift(RIGHT)
    scene.add(back, front)
    scene.play(front.animate.shift(LEFT), run_time=0.3)
    scene.bring_to_back(back)
    scene.play(front.animate.set_z_index(2), run_time=0.3)
    scene.add_foreground_mobject(Dot(color=YELLOW))
    scene.play(FadeOut(back), run_time=0.3)
    scene.remove(front)
    scene.wait(0.2)


def updaters(scene: Scene) -> None:
    value = ValueTracker(0)
    point = always_redraw(lambda: Dot([value.get_value(), 0, 0]))
    turning = Square().add_updater(lambda square, dt: square.rotate(dt))
    scene.add(point, turning, Axes(x_length=4, y_length=3))
    scene.play(value.animate.set_value(3), run_time=0.5)
    scene.wait(0.4)
    turning.clear_updaters()
    scene.wait(0.4)


def gradients(scene: Scene) -> None:
    ball = Circle(2).set_fill([RED, BLUE], opacity=1).set_stroke([YELLOW, WHITE], width=8)
    ball.set_sheen_direction(UP)
    behind = Square(4).set_stroke(RED, width=6, background=True)
    scene.play(FadeIn(behind), FadeIn(ball), run_time=0.3)
    scene.play(ball.animate.set_sheen_direction(RIGHT), run_time=0.3)


def pictures(scene: Scene) -> None:
    picture = ImageMobject(np.random.default_rng(1).integers(0, 255, (40, 40, 3), dtype=np.uint8))
    scene.add(picture)
    dot = Dot(color=RED).shift(LEFT * 3)
    scene.play(dot.animate.shift(UP), run_time=0.3)
    scene.play(picture.animate.shift(RIGHT), run_time=0.3)
    scene.play(FadeOut(picture), FadeIn(PointCloudDot(density=20)), run_time=0.3)
    scene.play(dot.animate.shift(DOWN), run_time=0.3)


def backgrounds(scene: Scene) -> None:
    square = Square(fill_opacity=0.3)
    scene.play(Create(square), run_time=0.2)
    scene.camera.background_color = BLUE
    scene.play(square.animate.shift(UP), run_time=0.2)
    scene.camera.background_opacity = 0.5
    scene.wait(0.2)


def degenerate(scene: Scene) -> None:
    broken = VMobject().set_points_as_corners([[0, 0, 0], [float("nan"), 1, 0], [1, 1, 0]])
    far = Polygon([100, 0, 0], [101, 0, 0], [100, 1, 0])
    scene.add(VMobject(), broken, far)
    scene.play(FadeIn(Square()), run_time=0.2)
    scene.remove(broken)
    scene.play(far.animate.move_to([0, 0, 0]), run_time=0.4)
    scene.clear()
    scene.wait(0.1)


def sections(scene: Scene) -> None:
    square = Square(fill_opacity=1)
    scene.play(FadeIn(square), run_time=0.2)
    scene.next_section(skip_animations=True)
    scene.play(square.animate.shift(LEFT * 4), run_time=0.3)
    scene.wait(0.2)
    scene.next_section()
    scene.play(FadeIn(Dot(RIGHT * 5)), run_time=0.2)


def own_frames(scene: Scene) -> None:
    dot = Dot(LEFT * 5)
    scene.play(FadeIn(dot), run_time=0.2)
    scene.renderer.add_frame(np.full((120, 214, 4), 255, np.uint8))
    scene.play(dot.animate.shift(UP), run_time=0.2)


def nothing(scene: Scene) -> None:
    scene.wait(0.3)
    scene.add(Square())


@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")  # Manim's way of opening its pictures
@pytest.mark.parametrize(
    "construct",
    [shapes, words, order, updaters, gradients, pictures, backgrounds, degenerate, sections, own_frames, nothing],
)
def test_frames_are_manims(construct: Callable[[Any], None]) -> None:
    assert_same(construct)


def test_a_camera_that_moves() -> None:
    def construct(scene: Any) -> None:
        square = Square(fill_opacity=0.5)
        scene.add(square, Circle().shift(LEFT * 2))
        scene.play(scene.camera.frame.animate.scale(0.5).shift(RIGHT), run_time=0.4)
        scene.play(square.animate.rotate(1), run_time=0.3)
        scene.play(scene.camera.frame.animate.shift(LEFT), square.animate.set_color(RED), run_time=0.3)

    assert_same(construct, MovingCameraScene)


def test_a_scene_in_space() -> None:
    def construct(scene: Any) -> None:
        scene.set_camera_orientation(phi=PI / 3)
        square = Square(fill_opacity=0.5)
        scene.play(Create(square), run_time=0.3)
        scene.move_camera(theta=0.5, run_time=0.3)
        scene.wait(0.2)

    assert_same(construct, ThreeDScene)


def test_a_scene_without_an_animation() -> None:
    assert len(assert_same(lambda scene: scene.add(Square())).pictures) == 1


def test_little_is_drawn_where_little_changes() -> None:
    def construct(scene: Any) -> None:
        scene.add(Square(6))
        scene.play(Dot(LEFT * 6).animate.shift(UP), run_time=1)

    boxes = assert_same(construct).changed[2:]
    assert boxes
    assert all((right - left) * (bottom - top) < 214 * 120 / 20 for left, top, right, bottom in boxes)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_any_changes(seed: int) -> None:
    """Mobjects come, go, change, and change places, during animations and between them."""

    def construct(scene: Any) -> None:
        choose = random.Random(seed)
        for _ in range(4):
            for _ in range(choose.randrange(3)):
                _change(scene, choose)
            moving = choose.sample(scene.mobjects, min(len(scene.mobjects), choose.randrange(3)))
            if moving:
                scene.play(
                    *[mobject.animate.shift(choose.choice([UP, LEFT, DOWN])) for mobject in moving], run_time=0.2
                )
            else:
                scene.wait(0.1)

    assert_same(construct)


def _change(scene: Scene, choose: random.Random) -> None:
    known = list(scene.mobjects)
    kind = choose.randrange(6)
    if kind <= 1 or not known:
        shape = choose.choice([Square, Circle, Star])(
            color=choose.choice([RED, BLUE, WHITE]),
            fill_opacity=choose.choice([0, 0.5, 1]),
            stroke_width=choose.choice([0, 2, 15]),
        )
        scene.add(shape.shift(choose.uniform(-8, 8) * RIGHT + choose.uniform(-5, 5) * UP))
    elif kind == 2:
        scene.remove(choose.choice(known))
    elif kind == 3:
        choose.choice(known).set_z_index(choose.randrange(3))
    elif kind == 4:
        choose.choice(known).add(Dot().shift(choose.uniform(-5, 5) * RIGHT))
    else:
        scene.bring_to_front(choose.choice(known))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15), st.lists(st.integers(0, 9), max_size=8))
def test_families_are_in_manims_order(links: list[tuple[int, int]], chosen: list[int]) -> None:
    members = [Dot().set_z_index(number % 3) if number % 2 else VGroup() for number in range(10)]
    for above, below in links:
        if above < below and members[below] not in members[above].submobjects:
            members[above].submobjects.append(members[below])
    asked = [members[number] for number in chosen]
    for use_z_index in (False, True):
        expected = extract_mobject_family_members(asked, use_z_index=use_z_index, only_those_with_points=True)
        assert family(asked, use_z_index=use_z_index) == expected
