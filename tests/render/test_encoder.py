from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import av.logging
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from visium_graph.export.audio import programme
from visium_graph.export.mux import assemble
from visium_graph.export.timeline import SceneSpan, Timeline
from visium_graph.render.encoder import ClipEncoder


def test_frames_come_out_as_they_went_in(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    colors = [(235, 60, 20), (20, 200, 90), (10, 20, 240), (255, 255, 255), (0, 0, 0)]
    for count, color in enumerate(colors, start=1):
        encoder.write(np.full((36, 64, 4), (*color, 255), np.uint8), repeat=count)
    encoder.hold(2)
    encoder.close()
    assert encoder.frames == 17
    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    shown = [color for count, color in enumerate(colors, start=1) for _ in range(count)] + [colors[-1]] * 2
    assert len(frames) == 17
    for frame, color in zip(frames, shown, strict=True):
        assert np.abs(frame.astype(int) - color).max() <= 6


def test_the_callers_array_is_not_kept(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    pixels = np.full((36, 64, 4), 255, np.uint8)
    encoder.write(pixels)
    pixels[:] = 0
    encoder.hold(1)
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert [frame.to_ndarray(format="rgb24").min() > 250 for frame in container.decode(video=0)] == [True, True]


@pytest.mark.parametrize("size", [(853, 480), (854, 481)])
def test_odd_sizes_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even"):
        ClipEncoder(tmp_path / "clip.mp4", *size, 25)


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    with pytest.raises(ValueError, match="must stay 64x36"):
        encoder.write(np.zeros((36, 66, 4), np.uint8))


def luma(frame: av.VideoFrame) -> np.ndarray:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width].astype(int)


def gray(level: int, size: tuple[int, int] = (64, 36)) -> np.ndarray:
    return np.full((size[1], size[0], 4), level, np.uint8)


def keyframes(path: Path, fps: int) -> list[int]:
    with av.open(str(path)) as container:
        return [
            int(packet.pts * packet.time_base * fps)
            for packet in container.demux(video=0)
            if packet.size and packet.is_keyframe
        ]


def test_a_picture_that_is_written_again_is_held(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    for level in (10, 10, 10, 200, 200, 10):
        encoder.write(gray(level))
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert [packet.size > 14 for packet in container.demux(video=0) if packet.size] == [
            True, False, False, True, False, True,
        ]  # fmt: skip


def test_what_is_said_to_have_changed_is_looked_at_and_nothing_else(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    pixels = gray(0)
    encoder.write(pixels)
    pixels[4:12, 8:24] = 255
    pixels[30:, 40:] = 255
    encoder.write(pixels, changed=(8, 4, 24, 12))
    encoder.write(pixels, changed=(40, 20, 64, 36))
    encoder.write(pixels, changed=(0, 0, 0, 0))
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = [luma(frame) for frame in container.decode(video=0)]
    assert [(frame[8, 16] > 200, frame[33, 50] > 200) for frame in frames] == [
        (False, False), (True, False), (True, True), (True, True),
    ]  # fmt: skip


def test_a_frame_that_is_never_shown_is_shown_by_a_hold(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25)
    encoder.write(gray(50), repeat=0)
    encoder.write(gray(0), repeat=1)
    encoder.write(gray(255), repeat=0)
    encoder.write(gray(255), repeat=0)
    encoder.hold(2)
    encoder.close()
    assert encoder.frames == 3
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert [int(luma(frame).mean()) for frame in container.decode(video=0)] == [16, 235, 235]


@pytest.mark.parametrize(
    ("holds", "keys"),
    [
        ([60], [0, 25, 50]),
        ([26], [0]),  # not in the last frame
        ([27], [0, 25]),
        ([1] * 60, [0, 25, 50]),
        ([1] * 20 + [40], [0, 20, 45]),  # at the start of the hold in which it falls due
        ([1] * 20 + [5, 1, 1], [0, 25]),
        ([24, 1, 2], [0, 25]),
        ([25, 1], [0]),
        ([1] * 26, [0]),
    ],
)
def test_key_frames_come_in_time_but_neither_in_a_hold_nor_last(
    tmp_path: Path, holds: list[int], keys: list[int]
) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 5)
    for number, hold in enumerate(holds):
        encoder.write(gray(4 * number), hold)
    encoder.close()
    assert keyframes(tmp_path / "clip.mp4", 5) == keys


def test_a_long_hold_looks_the_same_throughout(tmp_path: Path) -> None:
    """Fine detail, which the key frames inside the hold would show in another way than the moving pictures before."""
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 5)
    rng = np.random.default_rng(0)
    pixels = gray(0)
    for _ in range(7):
        pixels[..., :3] = rng.integers(0, 256, (36, 64, 1))
        encoder.write(pixels)
    encoder.hold(80)
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = [frame.to_ndarray() for frame in container.decode(video=0)]
    assert len(frames) == 87
    assert all((frame == frames[6]).all() for frame in frames[6:])
    assert not (frames[5] == frames[6]).all()


def test_every_frame_can_be_gone_to(tmp_path: Path) -> None:
    encoder = ClipEncoder(tmp_path / "clip.mp4", 64, 36, 5)
    shown: list[int] = []
    for number, hold in enumerate((3, 1, 1, 40, 1, 20, 1, 1, 1, 7)):
        encoder.write(gray(20 * number), hold)
        shown += [20 * number] * hold
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        stream = container.streams.video[0]
        for number in [*range(0, len(shown), 3), len(shown) - 1, 0]:
            pts = round(number / 5 / stream.time_base)
            container.seek(pts, stream=stream)
            frame = next(frame for frame in container.decode(stream) if frame.pts == pts)
            assert abs(luma(frame).mean() - (16 + shown[number] * 219 / 255)) < 2


def test_joined_clips_are_one_faultless_stream(tmp_path: Path) -> None:
    scenes, shown = [], []
    for name, holds in (("one", (1, 12, 26)), ("two", (1, 1, 1)), ("three", (70, 1)), ("four", (26,))):
        encoder = ClipEncoder(tmp_path / f"{name}.mp4", 64, 36, 5)
        for number, hold in enumerate(holds):
            level = 40 + 30 * number + 10 * len(scenes)
            encoder.write(gray(level), hold)
            shown += [level] * hold
        encoder.close()
        scenes.append(SceneSpan(id=name, title=name, clip=tmp_path / f"{name}.mp4", frames=encoder.frames, beats=()))
    timeline = Timeline("Joined", "en", 5, tuple(scenes))
    assemble(timeline, programme(timeline), tmp_path / "video.mp4")
    previous = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as complaints, av.open(str(tmp_path / "video.mp4")) as container:
            stream = container.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode", "strict": "strict"}
            frames = list(container.decode(stream))
    finally:
        av.logging.set_level(previous)
    assert complaints == []
    assert [frame.pts * frame.time_base * 5 for frame in frames] == list(range(len(shown)))
    for frame, level in zip(frames, shown, strict=True):
        assert abs(luma(frame).mean() - (16 + level * 219 / 255)) < 2
    units = [bytes(packet) for packet in packets(tmp_path / "video.mp4")]
    # Two key frames in a row would need to be told apart.
    assert not any(one[4] & 31 == other[4] & 31 == 5 for one, other in pairwise(units))


def packets(path: Path) -> list[av.Packet]:
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def test_pictures_are_as_good_as_it_takes(tmp_path: Path) -> None:
    """Lettering that comes in, moves and goes: no picture is far from what was given, and nothing stays behind."""
    size = (256, 144)
    letters = Image.new("L", size)
    ImageDraw.Draw(letters).text((20, 50), "Visium 0123", fill=255, font=ImageFont.load_default(32))
    lettering = np.asarray(letters, float)
    encoder = ClipEncoder(tmp_path / "clip.mp4", *size, 25)
    given_frames = []
    for number in range(60):
        alpha = min(number, 20, 59 - number) / 20
        pixels = np.full((size[1], size[0], 4), 255, np.uint8)
        pixels[..., :3] = (15 + alpha * np.roll(lettering, number, axis=1) * 240 / 255)[..., None]
        encoder.write(pixels)
        given_frames.append(16 + pixels[..., 0] * (219 / 255))
    encoder.close()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        errors = [luma(frame) - given for frame, given in zip(container.decode(video=0), given_frames, strict=True)]
    assert max(np.abs(error).max() for error in errors) < 12
    assert max(np.sqrt((error**2).mean()) for error in errors) < 1
    assert np.abs(errors[-1]).max() < 5


def test_no_frame_no_hold(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no frame was written"):
        ClipEncoder(tmp_path / "clip.mp4", 64, 36, 25).hold(1)
