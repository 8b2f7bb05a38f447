from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import wave
from pathlib import Path

import av
import pytest
from manim import RIGHT, WHITE, ManimColor, Square, VMobject, Write, tempconfig

from tests.stage.playing import SETTINGS, texts
from visium_graph.stage import THEMES, Slide
from visium_graph.stage.timing import PAUSE
from visium_graph.stage.titles import make_title


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("media"))


def run(construct, media: str, *, fps: int = 15, seconds: tuple[float, ...] = (), **attributes) -> Slide:
    """A scene with beats of the given voice seconds, played without drawing."""
    cls = type("Made", (Slide,), {"construct": construct, **attributes})
    with tempconfig({**SETTINGS, "media_dir": media, "frame_rate": fps}):
        scene = cls(skip_animations=True)
        if seconds:
            scene._beats = [scene._beats[0].__class__(str(i), s) for i, s in enumerate(seconds)]
        scene.render()
    return scene


def test_beats_are_exact_and_their_rounding_does_not_add_up(media) -> None:
    seconds = tuple(0.3 + 0.071 * index for index in range(20))

    def construct(self) -> None:
        for index in range(20):
            with self.beat(index) as beat:
                assert beat.duration == pytest.approx(seconds[index] + PAUSE)
                assert beat.remaining == pytest.approx(beat.duration, abs=0.5 / 15)
                if index % 2:
                    self.play(Square().animate.shift(RIGHT), run_time=0.217)

    scene = run(construct, media, narration=("x",) * 20, seconds=seconds)
    ideal = 0.0
    for (index, start, end), length in zip(scene.marks, seconds, strict=True):
        assert abs(start - ideal * 15) <= 0.5 + 1e-6
        ideal += length + PAUSE
        assert abs(end - ideal * 15) <= 0.5 + 1e-6
        assert scene.marks[index][2] == end


def test_an_animation_that_runs_over_pushes_the_next_beat_back(media) -> None:
    def construct(self) -> None:
        with self.beat(0) as beat:
            self.play(Square().animate.shift(RIGHT), run_time=4)
            assert beat.remaining == 0
        with self.beat(1):
            pass

    scene = run(construct, media, narration=("x", "y"), seconds=(1.0, 1.0))
    assert scene.marks == [(0, 0, 60), (1, 60, 60 + round(15 * (1 + PAUSE)))]


def test_waits_are_exact_with_and_without_updaters(media) -> None:
    def construct(self) -> None:
        self.add(Square())
        for count in (1, 2, 7, 29, 0, -3):
            before = self.frames
            self.wait_frames(count)
            assert self.frames - before == max(count, 0)
        self.add(Square().add_updater(lambda mobject, dt: mobject.shift(RIGHT * dt)))
        for count in (1, 2, 7, 29):
            before = self.frames
            self.wait_frames(count)
            assert self.frames - before == count

    run(construct, media)


def test_beats_that_cannot_be_are_refused(media) -> None:
    def construct(self) -> None:
        with pytest.raises(ValueError, match=r"no beat\(2\).*beats 0 to 1"), self.beat(2):
            pass
        with pytest.raises(ValueError, match=r"no beat\(-1\)"), self.beat(-1):
            pass
        with self.beat(0), pytest.raises(ValueError, match=r"beat\(1\) stands inside beat\(0\)"), self.beat(1):
            pass
        with pytest.raises(ValueError, match="spoken twice"), self.beat(0):
            pass

    scene = run(construct, media, narration=("x", "y"))
    assert [mark[0] for mark in scene.marks] == [0]


def test_beats_are_spoken_in_order(media) -> None:
    def construct(self) -> None:
        with self.beat(1):
            pass
        with pytest.raises(ValueError, match="in order"), self.beat(0):
            pass

    run(construct, media, narration=("x", "y"))


def test_a_beat_that_fails_is_no_beat(media) -> None:
    def construct(self) -> None:
        with pytest.raises(ZeroDivisionError), self.beat(0):
            _ = 1 / 0
        assert self.current_beat is None
        assert self.marks == []

    run(construct, media, narration=("x",))


def test_a_scene_without_any_timing_has_four_seconds_a_beat(media) -> None:
    def construct(self) -> None:
        with self.beat(0) as beat:
            assert beat.duration == pytest.approx(4 + PAUSE)

    run(construct, media)


def test_titles_are_in_place_and_stay(media) -> None:
    def construct(self) -> None:
        title = self.title("A square on each side")
        assert title.get_left()[0] == pytest.approx(-7.11 + 0.75, abs=0.01)
        assert self.region.top < title.last_baseline
        with self.beat(0):
            self.play(Write(title))
        square = Square()
        self.add(square)
        self.leave()
        assert texts(self.mobjects) == [title]
        assert square not in self.mobjects

    run(construct, media, narration=("x",))


@pytest.mark.parametrize("text", ["Short", "words that go on " * 18, r"Inline $\frac{\frac ab}{\frac cd}$", "W" * 300])
def test_titles_stay_within_the_frame(text: str) -> None:
    title = make_title(text[:300].strip(), THEMES["dark"])
    assert title.get_left()[0] >= -7.11 + 0.7
    assert title.get_right()[0] <= 7.11 - 0.7
    assert title.get_top()[1] <= 4 - 0.35
    assert title.get_bottom()[1] >= 0.7  # half the frame is the content's


def test_a_scene_without_a_template_goes_on_from_the_title_before_and_leaves_an_empty_frame(media) -> None:
    def construct(self) -> None:
        heading = self.begin("The question", after="Before")
        assert self.mobjects == [heading]
        assert self.heading is heading
        assert self.region.top < heading.get_bottom()[1]
        assert abs(self.seconds - 0.5) <= 1 / 15
        self.add(Square())
        with self.beat(0):
            pass
        self.leave(title=False)
        assert [mobject for mobject in self.mobjects if mobject.has_points() or mobject.submobjects] == []

    run(construct, media, narration=("A square.",))


def test_a_title_that_stays_the_same_takes_no_time(media) -> None:
    def construct(self) -> None:
        heading = self.begin("Same", after="Same")
        assert self.frames == 0
        self.add(Square())
        self.leave()
        assert [mobject for mobject in self.mobjects if mobject.has_points() or mobject.submobjects] == [heading]

    run(construct, media)


def test_the_light_theme_is_dark_on_light_and_leaves_manim_as_it_was(media) -> None:
    def construct(self) -> None:
        assert VMobject().color.to_hex() == self.color("text")
        assert ManimColor(self.camera.background_color).to_hex() == THEMES["light"].background

    run(construct, media, theme="light")
    assert VMobject().color == WHITE


def test_unknown_layouts_and_fields_are_refused(media) -> None:
    def construct(self) -> None:
        with pytest.raises(ValueError, match=r"no layout named 'pie'.*bullets"):
            self.layout("pie", title="x")
        with pytest.raises(ValueError, match=r"layout 'bullets': parts: "):
            self.layout("bullets", title="x", parts=[])
        with pytest.raises(ValueError, match=r"layout 'bullets': parts\.0\.text"):
            self.layout("bullets", title="x", parts=[{"id": "a"}])

    run(construct, media)


SCRIPT = """
from manim import *
from visium_graph.stage import Slide

class Scene_why(Slide):
    narration = ("First we see it.", "Then we do not.")

    def construct(self):
        view = self.layout("bullets", title="Why it works", after="The question",
                           parts=[{"id": "a", "text": "First $x^2$"}, {"id": "b", "text": "Second"}])
        with self.beat(0):
            view.reveal("a")
        with self.beat(1):
            view.reveal("b")
        self.leave()
"""


def write_run(folder: Path) -> Path:
    (folder / "scenes").mkdir()
    (folder / "narration").mkdir()
    beats = [{"id": "a", "seconds": 0.8}, {"id": "b", "seconds": 0.5}]
    (folder / "timing.json").write_text(json.dumps({"version": 1, "scenes": [{"id": "why", "beats": beats}]}))
    for beat in beats:
        with wave.open(str(folder / "narration" / f"why-{beat['id']}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(b"\x10\x27\xf0\xd8" * int(4000 * beat["seconds"]))
    script = folder / "scenes" / "why.py"
    script.write_text(SCRIPT)
    return script


def test_a_run_folders_script_runs_under_plain_manim_with_its_sound(tmp_path: Path) -> None:
    script = write_run(tmp_path)
    size = [
        "--resolution",
        "214,120",
        "--frame_rate",
        "10",
        "--progress_bar",
        "none",
        "--media_dir",
        str(tmp_path / "media"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "manim", "render", *size, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (film,) = list((tmp_path / "media").rglob("Scene_why.mp4"))
    with av.open(str(film)) as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}
        frames = sum(1 for _ in container.decode(video=0))
    # Title 0.5 s, the beats with their pauses, then leaving for 0.4 s and one frame.
    assert frames == 5 + round(10 * (0.8 + PAUSE + 0.5 + PAUSE)) + 4 + 1


def test_in_a_render_job_no_sound_is_added_and_frames_are_the_writers(tmp_path: Path) -> None:
    script = write_run(tmp_path)
    spec = importlib.util.spec_from_file_location("why", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempconfig({**SETTINGS, "media_dir": str(tmp_path), "frame_rate": 10}):
        scene = module.Scene_why(skip_animations=True)
        assert scene._script == script
        scene.renderer.file_writer.frames_written = 0
        added = []
        scene.add_sound = added.append
        scene.wait = lambda *_, **__: None
        with scene.beat(0):
            scene.renderer.file_writer.frames_written = 3
    assert added == []
    assert scene.marks == [(0, 0, 3)]
