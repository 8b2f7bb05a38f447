"""RGBA frames to one yuv420p picture, converted only where they have changed."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.plane import VideoPlane
from numpy.typing import NDArray

__all__ = ["Box", "Picture"]

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Pixels from the top left corner: left, top, right, bottom; right and bottom lie outside."""

# Swscale's filter that halves the height of the colours takes the rows on either side of the two that it merges. Even,
# so that the same rows are merged.
_REACH = 2
_LEAST_ROWS = 16
"""Its filter is a shorter one where the picture is low."""


class Picture:
    """The picture that is shown, as the encoder takes it: BT.709, limited range.

    Args:
        width: in pixels, even.
        height: in pixels, even.

    Attributes:
        frame: always the latest picture, in the same memory.
    """

    def __init__(self, width: int, height: int) -> None:
        self._rgba: Pixels | None = None
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self._planes = [_rows(plane)[:, : plane.width] for plane in self.frame.planes]
        self._convert = VideoReformatter()

    def show(self, pixels: Pixels, changed: Box | None = None) -> bool:
        """Take over a frame.

        Args:
            pixels: RGBA, shape (height, width, 4), C-contiguous; not changed, and not needed after the call.
            changed: where they may differ from the last ones; None: anywhere.

        Returns:
            Whether they differ at all.
        """
        if self._rgba is None:
            self._rgba = pixels.copy()
            self._take((0, 0, pixels.shape[1], pixels.shape[0]))
            return True
        box = _difference(self._rgba, pixels, changed)
        if box is None:
            return False
        left, top, right, bottom = box
        self._rgba[top:bottom, left:right] = pixels[top:bottom, left:right]
        self._take(box)
        return True

    def _take(self, box: Box) -> None:
        """Convert a box with even sides into the picture."""
        assert self._rgba is not None
        height = self._rgba.shape[0]
        left, top, right, bottom = box
        top, bottom = max(0, top - _REACH), min(height, bottom + _REACH)
        above = max(0, min(top - _REACH, height - _LEAST_ROWS))
        below = max(bottom + _REACH, above + _LEAST_ROWS)
        frame = self._convert.reformat(
            av.VideoFrame.from_numpy_buffer(self._rgba[above:below, left:right], format="rgba"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        for target, plane, scale in zip(self._planes, frame.planes, (1, 2, 2), strict=True):
            part = target[top // scale : bottom // scale, left // scale : right // scale]
            first = (top - above) // scale
            part[:] = _rows(plane)[first : first + part.shape[0], : part.shape[1]]


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """The plane's memory, whose rows are longer than the picture is wide."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)


def _difference(shown: Pixels, pixels: Pixels, within: Box | None) -> Box | None:
    """The box, with even sides, outside which two frames of even size are equal; None where they are equal."""
    height, width, _ = pixels.shape
    left, top, right, bottom = within or (0, 0, width, height)
    # Two pixels at a time: colours are stored for every second one only.
    first, end = max(0, left) // 2, (min(width, right) + 1) // 2
    top, bottom = max(0, top), min(height, bottom)
    if first >= end or top >= bottom:
        return None
    pairs = [array.reshape(height, 4 * width).view(np.uint64)[:, first:end] for array in (shown, pixels)]
    rows = np.flatnonzero((pairs[0][top:bottom] != pairs[1][top:bottom]).any(axis=1))
    if not rows.size:
        return None
    top, bottom = top + int(rows[0]), top + int(rows[-1]) + 1
    columns = np.flatnonzero((pairs[0][top:bottom] != pairs[1][top:bottom]).any(axis=0))
    return (
        2 * (first + int(columns[0])),
        top // 2 * 2,
        2 * (first + int(columns[-1]) + 1),
        bottom + bottom % 2,
    )
