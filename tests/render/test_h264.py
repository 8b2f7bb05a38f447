from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.render.encoder import ClipEncoder
from visium_graph.render.h264 import HeldPictures, StreamError, _escaped, _unescaped, _Writer

# x264's, for 214x120.
PARAMETERS = bytes.fromhex("000000016742c00dda0e11e6966a02020280000003008000003c078a15500000000168ce02bc80")


@pytest.fixture(scope="module")
def stream(tmp_path_factory) -> Path:
    """Pictures, moving ones and holds; 90 frames a second, so that key frames are far apart."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    encoder = ClipEncoder(path, 70, 50, 90)
    rng = np.random.default_rng(1)
    pixels = np.zeros((50, 70, 4), np.uint8)
    for hold in (1, 3, 40, 1, 1, 500, 2, 1, 17, 16, 15):
        pixels[4:40, 4:60, :3] = rng.integers(0, 256, 3)
        pixels[10:18, 8:24, :3] = rng.integers(0, 256, (8, 16, 3))
        encoder.write(pixels, hold)
    encoder.close()
    return path


def headers(path: Path) -> list[dict[str, int]]:
    """Fields of each picture's slice header, as FFmpeg's own reader of bitstreams sees them."""
    pictures: list[dict[str, int]] = []
    previous = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        with av.open(str(path)) as container:
            trace = BitStreamFilterContext("trace_headers", container.streams.video[0])
            for packet in container.demux(video=0):
                if packet.size:
                    with av.logging.Capture() as lines:
                        trace.filter(packet)
                    pictures.append(_fields(lines))
    finally:
        av.logging.set_level(previous)
    return pictures


def _fields(lines: list[tuple[Any, str, str]]) -> dict[str, int]:
    text = "".join(line for _, _, line in lines)
    text = text[text.index("Slice Header") :]
    return {name: int(value) for name, value in re.findall(r"(\w+) +[01]+ = (-?\d+)", text)}


def test_every_picture_has_the_next_number(stream: Path) -> None:
    pictures = headers(stream)
    assert len(pictures) == 597
    number = 0
    for fields in pictures:
        number = 0 if fields["nal_unit_type"] == 5 else (number + 1) % 16
        assert fields["frame_num"] == number
        assert fields["nal_ref_idc"] > 0
        assert fields["first_mb_in_slice"] == 0
    keys = [fields["idr_pic_id"] for fields in pictures if fields["nal_unit_type"] == 5]
    assert len(keys) > 1


def test_held_pictures_are_a_few_bytes(stream: Path) -> None:
    with av.open(str(stream)) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    assert sum(size < 14 for size in sizes) == 597 - 12  # eleven pictures, one of them twice: as a key frame once more


def test_held_slices_are_those_of_the_standard() -> None:
    held = HeldPictures(PARAMETERS)
    # first_mb 1, slice_type 00110, pps 1, frame_num 0001, three flags 000, qp delta 1, deblocking 010,
    # 112 skipped macroblocks 0000001110001, stop bit 1.
    bits = "1" + "00110" + "1" + "0001" + "000" + "1" + "010" + f"000000{14 * 8 + 1:b}" + "1"
    assert held.held() == b"\0\0\0\1\x41" + int(bits, 2).to_bytes(4)


def test_numbers_run_around_and_start_anew_with_a_key_frame() -> None:
    held = HeldPictures(PARAMETERS)
    first = [held.held() for _ in range(16)]
    assert len(set(first)) == 16
    assert [held.held() for _ in range(16)] == first
    key = b"\0\0\0\1\x65whatever"
    assert held.coded(key, idr=True) == key
    assert held.held() == first[0]


def p_slice(frame_num: int, rest: bytes) -> bytes:
    bits = _Writer()
    for value in (0, 5, 0):
        bits.ue(value)
    bits.u(4, frame_num)
    bits.u(4, 0b0001)
    return b"\0\0\0\1\x41" + _escaped(bits.rbsp()[:2] + rest)


@given(st.integers(0, 15), st.integers(0, 40), st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=30))
def test_only_the_number_of_a_slice_changes(frame_num: int, holds: int, rest: list[int]) -> None:
    held = HeldPictures(PARAMETERS)
    data = bytes([*rest, 128])
    for _ in range(holds):
        held.held()
    assert held.coded(p_slice(frame_num, data), idr=False) == p_slice((holds + 1) % 16, data)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4]), max_size=30).map(lambda values: bytes([*values, 128])))
def test_no_start_code_is_left_and_nothing_is_lost(rbsp: bytes) -> None:
    escaped = _escaped(rbsp)
    assert not re.search(rb"\0\0[\0-\2]", escaped)
    assert _unescaped(escaped) == rbsp


def test_slices_with_zeros_are_escaped_again() -> None:
    held = HeldPictures(PARAMETERS)
    unit = p_slice(7, b"\0\0\0\0\0\1\x80")
    assert unit.endswith(b"\0\0\3\0\0\3\0\1\x80")
    assert held.coded(unit, idr=False) == p_slice(1, b"\0\0\0\0\0\1\x80")


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        (p_slice(1, b"\x80") + p_slice(1, b"\x80"), "more than one slice"),
        (b"\0\0\0\1\x01\x9a\x22\x80", "no slice of a reference picture"),
        (b"\0\0\0\1\x61\x88\x82\x80", "slice_type is 7"),
        (b"\0\0\0\1\x41\x40", "first_mb_in_slice is 1"),
        (b"\0\0\0\1\x41\x9a", "cut off"),
    ],
)
def test_other_slices_are_refused(unit: bytes, reason: str) -> None:
    with pytest.raises(StreamError, match=reason):
        HeldPictures(PARAMETERS).coded(unit, idr=False)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"x264-params": "ref=1:bframes=0:8x8dct=0:weightp=0"}, "entropy_coding_mode_flag is 1"),
        ({"x264-params": "ref=1:bframes=0:8x8dct=0:weightp=1:cabac=0"}, "weighted_pred_flag is 1"),
        ({"x264-params": "ref=1:bframes=0:weightp=0"}, "profiles up to Main, not for 100"),
        ({"x264-params": "ref=2:bframes=0:8x8dct=0:weightp=0:cabac=0"}, "max_num_ref_frames is 2"),
        ({"x264-params": "ref=1:bframes=2:8x8dct=0:weightp=0:cabac=0"}, "pic_order_cnt_type is 0"),
    ],
)
def test_other_streams_are_refused(options: dict[str, str], reason: str) -> None:
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 64, 64, "yuv420p", Fraction(1, 25)
    context.options = options
    context.flags |= 1 << 22  # parameters apart from the pictures
    context.open()
    with pytest.raises(StreamError, match=reason):
        HeldPictures(bytes(context.extradata))


def test_no_parameters_are_no_stream() -> None:
    with pytest.raises(StreamError, match="no parameters"):
        HeldPictures(b"")
    with pytest.raises(StreamError, match="cut off"):
        HeldPictures(PARAMETERS[:7] + b"\0\0\1\x68")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([(2, 2), (16, 16), (18, 34), (70, 50)]),
    st.lists(st.tuples(st.booleans(), st.integers(1, 45)), min_size=1, max_size=12),
    st.integers(1, 9),
)
def test_any_row_of_holds_is_decoded_as_it_was_meant(
    tmp_path_factory, size: tuple[int, int], runs: list[tuple[bool, int]], fps: int
) -> None:
    width, height = size
    path = tmp_path_factory.mktemp("run") / "clip.mp4"
    encoder = ClipEncoder(path, width, height, fps)
    rng = np.random.default_rng(len(runs))
    pixels = np.full((height, width, 4), 255, np.uint8)
    shown: list[np.ndarray] = []
    starts: set[int] = set()
    for new, hold in runs:
        if new:
            pixels[: rng.integers(1, height + 1), : rng.integers(1, width + 1), :3] = rng.integers(0, 256, 3)
        starts.add(encoder.frames)
        encoder.write(pixels, hold)
        shown += [pixels.copy()] * hold
    encoder.close()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        frames = list(container.decode(stream))
        assert stream.frames == len(frames) == len(shown) == encoder.frames
        assert [frame.pts * frame.time_base * fps for frame in frames] == list(range(len(shown)))
        assert stream.duration * stream.time_base * fps == len(shown)
    planes = [planes_of(frame) for frame in frames]
    for number, meant in enumerate(shown):
        if number not in starts:
            assert all((now == before).all() for now, before in zip(planes[number], planes[number - 1], strict=True))
        assert np.abs(planes[number][0].astype(int) - expected_luma(meant)).max() <= 8


def planes_of(frame: av.VideoFrame) -> list[np.ndarray]:
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width].copy()
        for plane in frame.planes
    ]


def expected_luma(pixels: np.ndarray) -> np.ndarray:
    return 16 + pixels[..., :3] @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255
