from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from visium_graph.stage.timing import PAUSE

HEAD = "from manim import *\nfrom visium_graph.stage import Slide\n"

STATIC = (
    HEAD
    + "class A(Scene):\n    def construct(self):\n        self.add(Square(color=RED, fill_opacity=1))\n        self.wait(2)\n"
)


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_static_scene_is_every_frame_of_itself(render) -> None:
    result = render(STATIC, fps=15)
    assert result.value == {"frames": 30, "fps": 15, "beats": []}
    with av.open(str(result.files[".mp4"])) as container:
        assert len(container.streams) == 1
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 214, 120)
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert stream.average_rate == stream.guessed_rate == 15
        assert float(stream.duration * stream.time_base) == 2.0
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert [packet.pts for packet in packets] == [packet.dts for packet in packets]
        steps = {later.pts - earlier.pts for earlier, later in pairwise(packets)}
        assert [float(step * stream.time_base) for step in steps] == [pytest.approx(1 / 15)]
    frames = pictures(result.files[".mp4"])
    assert len(frames) == 30
    middle = frames[17][60, 107].astype(int)
    assert np.abs(middle - (252, 98, 85)).max() < 12  # manim's RED, within what yuv420p loses
    assert frames[17][5, 5].max() < 8


def test_all_clips_can_be_joined_without_encoding(render) -> None:
    moving = HEAD + "class A(Scene):\n    def construct(self):\n        self.play(Create(Circle()))\n"
    headers = []
    for code in (STATIC, moving):
        with av.open(str(render(code).files[".mp4"])) as container:
            headers.append((bytes(container.streams[0].codec_context.extradata), container.streams[0].time_base))
    assert headers[0] == headers[1]


def test_a_long_clip_has_closed_groups_that_start_often(render) -> None:
    code = STATIC.replace("self.wait(2)", "self.wait(12)")
    with av.open(str(render(code).files[".mp4"])) as container:
        keys = [packet.pts * packet.time_base for packet in container.demux(video=0) if packet.is_keyframe]
    assert [float(key) for key in keys] == [0.0, 5.0, 10.0]


def test_a_slide_speaks_its_beats_to_the_frame(render) -> None:
    code = (
        HEAD
        + """
class A(Slide):
    def construct(self):
        square = Square(fill_opacity=1, color=WHITE)
        self.wait(0.5)
        with self.beat(0):
            self.add(square)
        with self.beat(1) as beat:
            self.play(square.animate.set_color(BLUE), run_time=0.5 * beat.duration)
        self.play(FadeOut(square), run_time=0.4)
"""
    )
    result = render(code, beats=(0.95, 1.33))
    first = [5, 5 + round((0.95 + PAUSE) * 10)]
    second = [first[1], round((0.5 + 0.95 + 1.33 + 2 * PAUSE) * 10)]
    assert result.value["beats"] == [first, second]
    assert result.value["frames"] == second[1] + 4
    frames = pictures(result.files[".mp4"])
    assert len(frames) == result.value["frames"]
    stills = [np.asarray(Image.open(result.files[f"-{index}.png"])) for index in range(2)]
    assert stills[0].shape == (120, 214, 3)
    assert stills[0][60, 107].tolist() == [255, 255, 255]
    assert stills[1][60, 107].tolist() == [88, 196, 221]
    for still, (_, end) in zip(stills, result.value["beats"], strict=True):
        assert np.abs(still.astype(int) - frames[end - 1]).mean() < 3


def test_a_plain_scene_is_held_while_its_beats_last(render) -> None:
    code = (
        HEAD
        + """
class A(Scene):
    def construct(self):
        square = Square(fill_opacity=1, color=RED)
        self.add(square)
        self.wait(1)
        square.set_color(BLUE)
        self.wait(0.5)
"""
    )
    result = render(code, beats=(0.25, 1.25, 0.65))
    assert result.value["beats"] == [[0, 6], [6, 22], [22, 32]]
    assert result.value["frames"] == 32
    frames = pictures(result.files[".mp4"])
    assert len(frames) == 32
    assert np.abs(frames[31].astype(int) - frames[14]).max() < 8
    middles = [np.asarray(Image.open(result.files[f"-{index}.png"]))[60, 107].tolist() for index in range(3)]
    assert middles[0] == [252, 98, 85]
    assert middles[1] == middles[2] == [88, 196, 221]


def test_beats_a_slide_leaves_out_follow_its_end(render) -> None:
    code = (
        HEAD
        + """
class A(Slide):
    def construct(self):
        self.add(Square())
        with self.beat(1):
            self.wait(0.1)
"""
    )
    result = render(code, beats=(0.25, 0.45, 0.65))
    assert result.value["beats"] == [[8, 14], [0, 8], [14, 24]]
    assert result.value["frames"] == 24


def test_a_scene_without_any_animation_is_one_picture(render) -> None:
    code = HEAD + "class A(Scene):\n    def construct(self):\n        self.add(Square(fill_opacity=1, color=WHITE))\n"
    alone = render(code)
    assert alone.value["frames"] == 10
    assert pictures(alone.files[".mp4"])[9][60, 107].min() > 240
    spoken = render(code, beats=(0.65,))
    assert spoken.value["frames"] == 10
    assert np.asarray(Image.open(spoken.files["-0.png"]))[60, 107].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    "code",
    [
        "class A(ThreeDScene):\n    def construct(self):\n        self.set_camera_orientation(phi=1, theta=0.5)\n        self.add(Cube(color=WHITE))\n        self.begin_ambient_camera_rotation(1)\n        self.wait(0.5)\n",
        "class A(MovingCameraScene):\n    def construct(self):\n        self.add(Square(color=WHITE, fill_opacity=1))\n        self.play(self.camera.frame.animate.scale(0.5), run_time=0.5)\n",
        "class A(ZoomedScene):\n    def construct(self):\n        self.add(Square(color=WHITE, fill_opacity=1))\n        self.activate_zooming()\n        self.wait(0.5)\n",
        "class A(Scene):\n    def __init__(self, **kwargs):\n        super().__init__(camera_class=MovingCamera, **kwargs)\n    def construct(self):\n        self.camera.frame.scale(0.5)\n        self.add(Square(color=WHITE, fill_opacity=1))\n        self.wait(0.5)\n",
        "class A(LinearTransformationScene):\n    def construct(self):\n        self.add(Square(color=WHITE, fill_opacity=1))\n        self.apply_matrix([[0, 1], [1, 0]], run_time=0.5)\n",
    ],
)
def test_scenes_of_every_kind_have_their_own_camera(render, code: str) -> None:
    result = render(HEAD + code)
    assert result.status == "done", result.fault
    assert pictures(result.files[".mp4"])[-1][60, 107].mean() > 100


def test_the_scene_named_like_the_file_is_taken_or_the_last_one(render) -> None:
    color = "class {name}(Scene):\n    def construct(self):\n        self.add(Square(color={color}, fill_opacity=1))\n"
    code = HEAD + color.format(name="Scene_one", color="WHITE") + color.format(name="Other", color="BLACK")
    assert pictures(render(code, scene_id="one").files[".mp4"])[0][60, 107].min() > 240
    assert pictures(render(code, scene_id="two").files[".mp4"])[0][60, 107].max() < 16


def test_a_scene_cannot_choose_its_size_or_rate(render) -> None:
    result = render(STATIC.replace("class A", "config.pixel_width = 1000\nconfig.frame_rate = 60\nclass A"))
    assert result.value["frames"] == 20
    with av.open(str(result.files[".mp4"])) as container:
        assert container.streams.video[0].width == 214


def test_the_background_is_the_scenes(render) -> None:
    result = render(
        STATIC.replace("        self.add", "        self.camera.background_color = WHITE\n        self.add")
    )
    assert pictures(result.files[".mp4"])[0][5, 5].min() > 240


def test_the_same_scene_gives_the_same_pictures(render) -> None:
    code = (
        HEAD
        + """
import random
class A(Scene):
    def construct(self):
        for _ in range(20):
            self.add(Dot([random.uniform(-6, 6), np.random.uniform(-3, 3), 0], color=random_bright_color()))
        for word in {"alpha", "beta", "gamma"}:
            self.add(Text(word).shift(random.random() * UP))
        self.wait(0.2)
"""
    )
    first = pictures(render(code).files[".mp4"])[0]
    second = pictures(render(code + "# another job\n").files[".mp4"])[0]
    assert (first == second).all()


def test_sections_that_are_skipped_are_not_in_the_clip(render) -> None:
    code = (
        HEAD
        + """
class A(Scene):
    def construct(self):
        self.add(Square())
        self.wait(1)
        self.next_section(skip_animations=True)
        self.wait(1)
        self.next_section()
        self.wait(1)
"""
    )
    assert render(code).value["frames"] == 20


def test_a_moving_hold_is_drawn_and_a_still_one_is_not(render) -> None:
    code = (
        HEAD
        + """
class A(Scene):
    def construct(self):
        square = Square(color=WHITE, fill_opacity=1).shift(3 * LEFT)
        square.add_updater(lambda mobject, dt: mobject.shift(2 * dt * RIGHT))
        self.add(square)
        self.wait(1.5)
        self.pause(0.5)
"""
    )
    frames = pictures(render(code).files[".mp4"])
    assert len(frames) == 20
    assert frames[0][60, 107].max() < 16
    assert frames[19][60, 107].min() > 240


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("self.play(Creat(Square()))", "NameError", 5),
        ("Square(colour=RED)", "TypeError", 5),
        ("self.add(MathTex(r'\\frac{1'))", "FormulaError", 5),
        ("self.play(\n            Create(\n                undefined))", "NameError", 7),
        ("def inner():\n            raise ValueError('x')\n        inner()", "ValueError", 6),
    ],
)
def test_a_fault_names_the_line_of_the_scene(render, body: str, kind: str, line: int) -> None:
    result = render(HEAD + f"class A(Scene):\n    def construct(self):\n        {body}\n")
    assert result.status == "error"
    assert result.fault is not None
    assert (result.fault.type, result.fault.line) == (kind, line)
