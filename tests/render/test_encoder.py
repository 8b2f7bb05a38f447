from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

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
