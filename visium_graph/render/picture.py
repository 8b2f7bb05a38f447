"""RGBA frames to one yuv420p picture, converted only where they have changed."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

__all__ = ["Box", "Picture", "Pixels"]

Pixels = NDArray[np.uint8]
"""RGBA, shape (height, width, 4)."""
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
        self._reformatter = VideoReformatter()

    @property
    def empty(self) -> bool:
        """Whether no frame was taken yet."""
        return self._rgba is None

    def difference(self, pixels: Pixels, within: Box | None = None) -> Box | None:
        """Where a frame differs from what is shown.

        Args:
            pixels: RGBA, shape (height, width, 4), C-contiguous.
            within: where it may differ; None: anywhere.

        Returns:
            A box with even sides; None where the frame is the same.
        """
        height, width, _ = pixels.shape
        if self._rgba is None:
            return 0, 0, width, height
        return _difference(self._rgba, pixels, within or (0, 0, width, height))

    def take(self, pixels: Pixels, box: Box) -> None:
        """Show a frame that differs in this box alone. The array is not kept."""
        if self._rgba is None:
            self._rgba = pixels.copy()
        left, top, right, bottom = box
        self._rgba[top:bottom, left:right] = pixels[top:bottom, left:right]
        self._convert_box(box)

    def _convert_box(self, box: Box) -> None:
        assert self._rgba is not None
        height = self._rgba.shape[0]
        left, top, right, bottom = box
        top, bottom = max(0, top - _REACH), min(height, bottom + _REACH)
        above = max(0, min(top - _REACH, height - _LEAST_ROWS))
        below = max(bottom + _REACH, above + _LEAST_ROWS)
        frame = self._reformatter.reformat(
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


def _rows(plane: Any) -> NDArray[np.uint8]:
    """The plane's memory, whose rows are longer than the picture is wide."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)


def _difference(shown: Pixels, pixels: Pixels, within: Box) -> Box | None:
    height, width, _ = pixels.shape
    # Two pixels at a time: colours are stored for every second one only.
    left, right = max(0, within[0]) // 2, (min(width, within[2]) + 1) // 2
    top, bottom = max(0, within[1]), min(height, within[3])
    if left >= right or top >= bottom:
        return None
    one, other = (array.reshape(height, 4 * width).view(np.uint64)[top:bottom, left:right] for array in (shown, pixels))
    rows = np.flatnonzero((one != other).any(axis=1))
    if not rows.size:
        return None
    first, last = int(rows[0]), int(rows[-1])
    columns = np.flatnonzero((one[first : last + 1] != other[first : last + 1]).any(axis=0))
    return (
        2 * (left + int(columns[0])),
        (top + first) // 2 * 2,
        2 * (left + int(columns[-1]) + 1),
        (top + last) // 2 * 2 + 2,
    )
