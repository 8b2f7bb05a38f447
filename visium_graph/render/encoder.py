"""Frames to one silent H.264 file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

__all__ = ["ClipEncoder"]

_KEYFRAME_SECONDS = 5
# The same for every clip, whatever is in it: clips are joined without encoding them again, which needs one and the
# same set of stream parameters. One thread, since the pool already fills the processors with clips.
_OPTIONS = {"preset": "veryfast", "crf": "20", "x264-params": "open-gop=0:threads=1"}
_BT709 = 1


class ClipEncoder:
    """Encodes RGBA frames at a constant rate into an MP4: yuv420p, BT.709, no B-frames.

    Args:
        target: the file to write.
        width: of the picture in pixels, even.
        height: of the picture in pixels, even.
        fps: frames per second.

    Raises:
        ValueError: an odd width or height.
    """

    def __init__(self, target: Path, width: int, height: int, fps: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"width and height must be even, not {width}x{height}")
        self.frames = 0
        self._shape = (height, width, 4)
        self._tick = Fraction(1, fps)
        self._last: av.VideoFrame | None = None
        self._convert = VideoReformatter()
        self._container = av.open(str(target), "w", format="mp4")
        self._stream: Any = self._container.add_stream("libx264", rate=fps, options=_OPTIONS)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.time_base = self._tick
        context = self._stream.codec_context
        context.gop_size = _KEYFRAME_SECONDS * fps
        context.max_b_frames = 0  # with them the track's duration comes out wrong
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG.value

    def write(self, pixels: NDArray[np.uint8], repeat: int = 1) -> None:
        """Append a frame, `repeat` times.

        Args:
            pixels: RGBA, shape (height, width, 4), C-contiguous; not changed, and not needed after the call.
            repeat: converted once, however often it is shown.

        Raises:
            ValueError: an array of another shape.
        """
        if pixels.shape != self._shape:
            height, width, _ = self._shape
            raise ValueError(f"the scene draws frames of shape {pixels.shape}; its size must stay {width}x{height}")
        frame = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="rgba")
        self._last = self._convert.reformat(
            frame, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        self.hold(repeat)

    def hold(self, count: int) -> None:
        """Show the last frame `count` times more."""
        frame = self._last
        assert frame is not None, "nothing to hold: no frame was written"
        frame.time_base = self._tick
        for _ in range(count):
            frame.pts = self.frames  # the encoder keeps a reference to the picture and a copy of its time
            self.frames += 1
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what is still to be written and close the file."""
        self._container.mux(self._stream.encode())
        self._container.close()
