"""Structural similarity of frames, by FFmpeg's own filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

__all__ = ["Clip", "Likeness", "Ssim"]

Pixels = NDArray[np.uint8]


class Ssim:
    """The `ssim` filter of FFmpeg: 8x8 windows, four pixels apart, each plane by itself.

    Args:
        width: of the frames in pixels.
        height: of the frames in pixels.
        layout: their pixel format.
    """

    def __init__(self, width: int, height: int, layout: str) -> None:
        self._graph = av.filter.Graph()
        size = {"width": width, "height": height, "format": layout, "time_base": "1/60"}
        self._inputs = [self._graph.add_buffer(**size) for _ in range(2)]
        compare, self._output = self._graph.add("ssim"), self._graph.add("buffersink")
        for place, source in enumerate(self._inputs):
            source.link_to(compare, 0, place)
        compare.link_to(self._output)
        self._graph.configure()
        self._count = 0

    def __call__(self, one: av.VideoFrame, other: av.VideoFrame) -> dict[str, float]:
        """Plane (`Y`, `U`, `V` or `R`, `G`, `B`) -> likeness, and `All`: their mean weighted by their pixels."""
        for source, frame in zip(self._inputs, (one, other), strict=True):
            frame.pts = self._count
            source.push(frame)
        self._count += 1
        notes = self._output.pull().metadata
        return {name: float(notes[f"lavfi.ssim.{name}"]) for name in (*_planes(one), "All")}


def _planes(frame: av.VideoFrame) -> str:
    return "RGB" if frame.format.name.startswith("gbr") else "YUV"


@dataclass
class Likeness:
    """SSIM of a clip's frames with Manim's own, one number a frame."""

    luma: list[float] = field(default_factory=list)
    yuv: list[float] = field(default_factory=list)
    """All three planes as they are stored: colour at half the resolution."""
    rgb: list[float] = field(default_factory=list)
    """Red, green and blue as a player shows them: what half the resolution of colour costs is in it."""
    missing: list[int] = field(default_factory=list)
    """Frames that the clip does not have."""
    extra: int = 0
    """Frames that it has beyond Manim's."""


class Clip:
    """A video file that is compared, frame by frame, with frames that come one after the other.

    Args:
        path: the file.
        matrix: its colour matrix, where the file does not say (Manim's own does not).
    """

    def __init__(self, path: Path, matrix: Colorspace = Colorspace.ITU601) -> None:
        self.likeness = Likeness()
        self._frames: Iterator[av.VideoFrame] = _decoded(path)
        self._matrix = matrix
        self._tools: dict[str, Ssim] = {}
        self._count = 0

    def compare(self, pixels: Pixels, repeat: int) -> None:
        """Compare the next `repeat` frames with one RGBA picture, shape (height, width, 4)."""
        known: dict[bytes, tuple[float, float, float]] = {}
        for _ in range(repeat):
            frame = next(self._frames, None)
            if frame is None:
                self.likeness.missing.append(self._count)
            else:
                key = b"".join(map(bytes, frame.planes)) if repeat > 1 else b""  # holds decode to the same bytes
                if key not in known:
                    known = {key: self._compared(pixels, frame)}
                for values, value in zip(
                    (self.likeness.luma, self.likeness.yuv, self.likeness.rgb), known[key], strict=True
                ):
                    values.append(value)
            self._count += 1

    def end(self) -> Likeness:
        """What was found, after Manim's last frame."""
        self.likeness.extra = sum(1 for _ in self._frames)
        return self.likeness

    def _compared(self, pixels: Pixels, frame: av.VideoFrame) -> tuple[float, float, float]:
        raw = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="rgba")
        matrix = Colorspace.ITU709 if frame.colorspace == 1 else self._matrix
        stored = raw.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range=ColorRange.MPEG)
        shown = frame.reformat(format="gbrp", src_colorspace=matrix, src_color_range=ColorRange.MPEG)
        yuv = self._tool(stored)(stored, frame.reformat(format="yuv420p"))
        plain = raw.reformat(format="gbrp")
        return yuv["Y"], yuv["All"], self._tool(plain)(plain, shown)["All"]

    def _tool(self, frame: av.VideoFrame) -> Ssim:
        name = frame.format.name
        if name not in self._tools:
            self._tools[name] = Ssim(frame.width, frame.height, name)
        return self._tools[name]


def _decoded(path: Path) -> Iterator[Any]:
    with av.open(str(path)) as container:
        yield from container.decode(video=0)
