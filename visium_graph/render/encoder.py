"""Frames to one silent H.264 file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from visium_graph.render.h264 import HeldPictures, StreamError
from visium_graph.render.picture import Box, Picture

__all__ = ["ClipEncoder"]

_KEYFRAME_SECONDS = 5
# The same for every clip, whatever is in it: clips are joined without encoding them again, which needs one and the
# same set of stream parameters.
_OPTIONS = {
    "preset": "ultrafast",
    "qp": "16",
    "x264-params": (
        "threads=1"  # the pool already fills the processors with clips
        ":rc-lookahead=0:force-cfr=1"  # a picture goes in, its packet comes out
        ":ref=1:weightp=0:keyint=infinite:scenecut=0:open-gop=0"  # held pictures need it
        ":partitions=i4x4:deadzone-inter=10:deadzone-intra=6"  # better edges than the preset's, at no measurable cost
    ),
}
_BT709 = 1


class ClipEncoder:
    """Encodes RGBA frames at a constant rate into an MP4: H.264 Constrained Baseline, yuv420p, BT.709.

    Only pictures that differ from the one before go through the encoder.

    Args:
        target: the file to write.
        width: of the picture in pixels, even.
        height: of the picture in pixels, even.
        fps: frames per second.

    Attributes:
        frames: frames so far, whether they are in the file already or not.

    Raises:
        ValueError: an odd width or height.
    """

    def __init__(self, target: Path, width: int, height: int, fps: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"width and height must be even, not {width}x{height}")
        self.frames = 0
        self._shape = (height, width, 4)
        self._tick = Fraction(1, fps)
        self._picture = Picture(width, height)
        self._written = 0
        """Frames in the file: the picture is written when it is known for how many frames it is shown."""
        self._keyframe_due = 0
        self._interval = _KEYFRAME_SECONDS * fps
        self._held: HeldPictures | None = None
        self._container = av.open(str(target), "w", format="mp4")
        self._stream: Any = self._container.add_stream("libx264", rate=fps, options=_OPTIONS)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.time_base = self._tick
        context = self._stream.codec_context
        context.max_b_frames = 0  # with them the track's duration comes out wrong
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG.value

    def write(self, pixels: NDArray[np.uint8], repeat: int = 1, changed: Box | None = None) -> None:
        """Append a frame, `repeat` times.

        Args:
            pixels: RGBA, shape (height, width, 4); not changed, and not needed after the call.
            repeat: frames for which it is shown.
            changed: where it may differ from the array given before; None: anywhere.

        Raises:
            ValueError: an array of another shape.
        """
        if pixels.shape != self._shape:
            height, width, _ = self._shape
            raise ValueError(f"the scene draws frames of shape {pixels.shape}; its size must stay {width}x{height}")
        pixels = np.ascontiguousarray(pixels)
        box = self._picture.difference(pixels, changed)
        if box is not None:
            self._write_picture()
            self._picture.take(pixels, box)
        self.hold(repeat)

    def hold(self, count: int) -> None:
        """Show the last frame `count` times more."""
        assert not self._picture.empty, "nothing to hold: no frame was written"
        self.frames += count

    def close(self) -> None:
        """Write what is still to be written and close the file."""
        self._write_picture(last=True)
        self._container.close()

    def _write_picture(self, *, last: bool = False) -> None:
        """Write the picture for all the frames for which it is shown."""
        first, end = self._written, self.frames
        if end > self._keyframe_due:
            # Whoever looks at a still picture would see it refined: a key frame that falls due in a hold comes at its
            # start. Those that follow in a long one are the same picture again.
            self._keyframe_due = first
        for number in range(first, end):
            # Another clip may follow the last frame, and its key frame would be told from this one by chance only.
            keyframe = number == self._keyframe_due and not (last and 0 < number == end - 1)
            if keyframe:
                self._keyframe_due = number + self._interval
            if keyframe or number == first:
                self._mux(self._encoded(keyframe=keyframe), keyframe=keyframe)
            else:
                assert self._held is not None  # its first frame was encoded
                self._mux(self._held.held(), keyframe=False)

    def _encoded(self, *, keyframe: bool) -> bytes:
        frame = self._picture.frame
        frame.pts, frame.time_base = self._written, self._tick
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        packets = self._stream.encode(frame)
        if len(packets) != 1 or packets[0].is_keyframe != keyframe:
            raise StreamError("libx264 does not encode frame by frame as it is told")
        if self._held is None:
            self._held = HeldPictures(bytes(self._stream.codec_context.extradata))
        return self._held.coded(bytes(packets[0]), idr=keyframe)

    def _mux(self, unit: bytes, *, keyframe: bool) -> None:
        packet: Any = av.Packet(unit)
        packet.stream, packet.time_base = self._stream, self._tick
        packet.pts = packet.dts = self._written
        packet.duration = 1
        packet.is_keyframe = keyframe
        self._container.mux(packet)
        self._written += 1
