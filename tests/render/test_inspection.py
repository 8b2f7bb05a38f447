"""What an honest rendering leaves behind passes; whatever else a scene could leave there does not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from visium_graph.render.encoder import ClipEncoder
from visium_graph.render.inspection import inspect

WIDTH, HEIGHT, FPS, FRAMES = 64, 48, 10, 12
EXPECTED = {"task": "render", "width": WIDTH, "height": HEIGHT, "fps": FPS, "beats": 2}


def value(**changes: Any) -> dict[str, Any]:
    files = {".mp4": "clip.mp4", "-0.png": "still-0.png", "-1.png": "still-1.png"}
    return {"frames": FRAMES, "fps": FPS, "beats": [[0, 5], [5, 12]], "files": files} | changes


def write_clip(path: Path, width: int = WIDTH, height: int = HEIGHT, fps: int = FPS, frames: int = FRAMES) -> None:
    encoder = ClipEncoder(path, width, height, fps)
    for number in range(frames):
        pixels = np.full((height, width, 4), 20 * (number // 3), np.uint8)
        encoder.write(pixels)
    encoder.close()


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    write_clip(tmp_path / "clip.mp4")
    for number in range(2):
        Image.new("RGB", (WIDTH, HEIGHT), (number, 2, 3)).save(tmp_path / f"still-{number}.png")
    return tmp_path


def test_an_honest_rendering_passes(scratch: Path) -> None:
    inspect(EXPECTED, scratch, value())


@pytest.mark.parametrize("part", [2, 3])
def test_stills_may_be_reduced(scratch: Path, part: int) -> None:
    Image.new("RGB", (WIDTH, HEIGHT)).reduce(part).save(scratch / "still-1.png")
    inspect(EXPECTED, scratch, value())


@pytest.mark.parametrize(
    "changes",
    [
        {"frames": 0},
        {"frames": True},
        {"frames": -1},
        {"frames": "12"},
        {"frames": 13},
        {"frames": None},
        {"fps": 25},
        {"beats": []},
        {"beats": [[0, 5], [5, 13]]},
        {"beats": [[0, 5], [9, 8]]},
        {"beats": [[0, 5], [5]]},
        {"beats": [[0, 5], [5.5, 12]]},
        {"beats": "ab"},
        {"files": None},
        {"files": {}},
        {"files": {".mp4": "clip.mp4", "-0.png": "still-0.png"}},
        {"files": value()["files"] | {".sh": "clip.mp4"}},
        {"files": value()["files"] | {".mp4": "../clip.mp4"}},
        {"files": value()["files"] | {".mp4": 7}},
        {"files": value()["files"] | {".mp4": "still-0.png"}},
        {"files": value()["files"] | {"-0.png": "clip.mp4"}},
    ],
    ids=str,
)
def test_a_result_that_does_not_fit_is_refused(scratch: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        inspect(EXPECTED, scratch, value(**changes))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n")


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def second_name(path: Path) -> None:
    path.with_name("second").hardlink_to(path)


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


ANY: list[Callable[[Path], object]] = [truncate, playlist, link, second_name, fifo, folder, Path.unlink]


@pytest.mark.parametrize("name", ["clip.mp4", "still-0.png"])
@pytest.mark.parametrize("spoil", [*ANY, lambda path: path.write_bytes(b"")])
def test_a_file_that_is_none_of_ours_is_refused(scratch: Path, name: str, spoil: Callable[[Path], object]) -> None:
    spoil(scratch / name)
    with pytest.raises(ValueError, match=r"."):
        inspect(EXPECTED, scratch, value())


def encoded(path: Path, codec: str = "libx264", form: str = "mp4", streams: int = 1, **options: str) -> None:
    with av.open(str(path), "w", format=form) as container:
        made = [container.add_stream(codec, rate=FPS, options=options) for _ in range(streams)]
        for stream in made:
            stream.width, stream.height, stream.pix_fmt, stream.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, FPS)
            for number in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8), format="rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in made:
            container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: write_clip(path, width=96), "not H.264 of 64x48"),
        (lambda path: write_clip(path, fps=5), "other stream parameters"),
        (lambda path: write_clip(path, frames=11), "other frames"),
        (lambda path: write_clip(path, frames=13), "other frames"),
        (lambda path: encoded(path, preset="ultrafast", qp="30"), "other stream parameters"),
        (lambda path: encoded(path, "mpeg4"), "not H.264"),
        (lambda path: encoded(path, streams=2), "not one video stream"),
        (lambda path: encoded(path, form="matroska"), "cannot be read"),
    ],
)
def test_a_clip_of_another_kind_is_refused(scratch: Path, make: Callable[[Path], None], why: str) -> None:
    make(scratch / "clip.mp4")
    with pytest.raises(ValueError, match=why):
        inspect(EXPECTED, scratch, value())


def test_any_byte_of_a_clip_may_be_wrong(scratch: Path) -> None:
    """It passes or is refused, and nothing else happens."""
    good = (scratch / "clip.mp4").read_bytes()
    random = np.random.default_rng(1)
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        for place in random.integers(0, len(good), 3):
            data[place] = int(random.integers(256))
        (scratch / "clip.mp4").write_bytes(data)
        try:
            inspect(EXPECTED, scratch, value())
        except ValueError:
            refused += 1
    assert refused > 30


def test_a_still_of_another_kind_is_refused(scratch: Path) -> None:
    still = scratch / "still-0.png"
    for picture, form in (
        (Image.new("RGB", (WIDTH + 1, HEIGHT)), "PNG"),
        (Image.new("RGBA", (WIDTH, HEIGHT)), "PNG"),
        (Image.new("RGB", (WIDTH, HEIGHT)), "JPEG"),
        (Image.new("RGB", (20_000, 1)), "PNG"),
    ):
        picture.save(still, form)
        with pytest.raises(ValueError, match="a still"):
            inspect(EXPECTED, scratch, value())
    shutil.copy(scratch / "still-1.png", still)
    data = bytearray(still.read_bytes())
    data[-20] ^= 1  # a checksum is wrong
    still.write_bytes(data)
    with pytest.raises(ValueError, match="a still"):
        inspect(EXPECTED, scratch, value())
