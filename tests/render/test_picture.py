from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from hypothesis import given, settings
from hypothesis import strategies as st

from visium_graph.render.picture import Picture


def planes(frame: av.VideoFrame) -> list[np.ndarray]:
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    ]


def converted(pixels: np.ndarray) -> list[np.ndarray]:
    """The whole frame converted at once, as Manim has it converted."""
    frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
    return planes(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG))


def show(picture: Picture, pixels: np.ndarray, within=None) -> tuple[int, int, int, int] | None:
    box = picture.difference(pixels, within)
    if box is not None:
        picture.take(pixels, box)
    return box


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([(2, 2), (8, 2), (2, 8), (16, 16), (30, 22), (100, 12), (214, 120)]))
def test_a_changed_part_comes_out_as_if_all_were_converted(data: st.DataObject, size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    pixels = rng.integers(0, 256, (height, width, 4), np.uint8)
    picture = Picture(width, height)
    show(picture, pixels)
    for _ in range(4):
        left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        right, bottom = data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height))
        pixels = pixels.copy()
        pixels[top:bottom, left:right] = rng.integers(0, 256, (bottom - top, right - left, 4), np.uint8)
        show(picture, pixels, data.draw(st.sampled_from([None, (left, top, right, bottom)])))
        for found, expected in zip(planes(picture.frame), converted(pixels), strict=True):
            assert (found == expected).all()


@pytest.mark.parametrize(
    ("row", "column", "box"),
    [(0, 0, (0, 0, 2, 2)), (7, 9, (8, 6, 10, 8)), (8, 10, (10, 8, 12, 10)), (19, 31, (30, 18, 32, 20))],
)
def test_one_pixel_changes_its_block(row: int, column: int, box: tuple[int, int, int, int]) -> None:
    picture = Picture(32, 20)
    pixels = np.zeros((20, 32, 4), np.uint8)
    assert picture.empty
    assert show(picture, pixels) == (0, 0, 32, 20)
    assert not picture.empty
    pixels[row, column, 2] = 1
    assert show(picture, pixels) == box
    assert show(picture, pixels) is None


def test_the_smallest_box_around_all_changes_is_found() -> None:
    picture = Picture(32, 20)
    pixels = np.zeros((20, 32, 4), np.uint8)
    show(picture, pixels)
    pixels[4, 29] = pixels[15, 6] = 255
    assert picture.difference(pixels) == (6, 4, 30, 16)
    assert picture.difference(pixels, (0, 0, 32, 10)) == (28, 4, 30, 6)
    assert picture.difference(pixels, (-5, -5, 50, 50)) == (6, 4, 30, 16)


@pytest.mark.parametrize("within", [(5, 5, 5, 9), (4, 9, 8, 9), (9, 9, 3, 3), (40, 0, 50, 5), (10, 5, 20, 10)])
def test_nothing_differs_in_an_empty_or_untouched_box(within: tuple[int, int, int, int]) -> None:
    picture = Picture(32, 20)
    pixels = np.zeros((20, 32, 4), np.uint8)
    show(picture, pixels)
    pixels[0, 0] = 255
    assert picture.difference(pixels, within) is None


def test_the_callers_array_is_neither_kept_nor_changed() -> None:
    picture = Picture(32, 20)
    pixels = np.full((20, 32, 4), 200, np.uint8)
    show(picture, pixels)
    assert (pixels == 200).all()
    pixels[:] = 0
    assert picture.difference(pixels) == (0, 0, 32, 20)
    assert min(planes(picture.frame)[0].min(), 180) == 180
