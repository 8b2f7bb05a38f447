"""Looks at what a rendering left behind, in a confined process that never ran the scene.

The scene's process may have written anything at all, and said anything about it. libav and Pillow read its files here,
where a fault of theirs does no harm, before any other process opens them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from PIL import Image

from visium_graph.render.encoder import ClipEncoder
from visium_graph.sandbox.scratch import open_output

__all__ = ["inspect"]

_SMALLEST = 8
"""A still may be a fraction of the picture's size, down to this part of it."""


def inspect(expected: dict[str, Any], scratch: Path, value: dict[str, Any]) -> None:
    """Compare what a rendering says and left in `scratch` with what was asked for.

    Args:
        expected: `width`, `height`, `fps` and the number of `beats`.
        scratch: the job's folder.
        value: what `visium_graph.render.clip.render` returned, or so it was said.

    Raises:
        ValueError: it is not what an honest rendering would have made; the message goes on after "made".
    """
    frames, beats = value.get("frames"), value.get("beats")
    if not _is_count(frames) or not frames or value.get("fps") != expected["fps"]:
        raise ValueError("no clip of the frame rate that was asked for")
    if (
        not isinstance(beats, list)
        or len(beats) != expected["beats"]
        or not all(_is_span(beat, frames) for beat in beats)
    ):
        raise ValueError("a clip whose beats are not those of the storyboard")
    files = value.get("files")
    stills = {f"-{index}.png" for index in range(expected["beats"])}
    if not isinstance(files, dict) or files.keys() != {".mp4", *stills} or not all(map(_is_text, files.values())):
        raise ValueError("other files than a clip and a still of each beat")
    for suffix, name in files.items():
        with open_output(scratch, suffix, name):  # a plain file of its folder, nothing else
            pass
    _clip(scratch / files[".mp4"], frames, expected)
    for suffix in stills:
        _still(scratch / files[suffix], expected)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_span(value: object, frames: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_count, value)) and value[0] <= value[1] <= frames


def _clip(path: Path, frames: Any, expected: dict[str, Any]) -> None:
    width, height, fps = expected["width"], expected["height"], expected["fps"]
    try:
        with av.open(str(path), format="mp4") as container:  # named, so that it is taken for nothing else
            if len(container.streams) != 1 or len(container.streams.video) != 1:
                raise ValueError("a clip that is not one video stream")
            stream: Any = container.streams.video[0]
            context = stream.codec_context
            if context is None:
                raise ValueError("a clip that nobody can decode")
            if (context.name, context.width, context.height, context.pix_fmt) != ("h264", width, height, "yuv420p"):
                raise ValueError(f"a clip that is not H.264 of {width}x{height}")
            if _sets_of_avcc(bytes(context.extradata or b"")) != _sets_of_encoder(width, height, fps):
                raise ValueError("a clip with other stream parameters than ours")
            times: list[int] = []
            for packet in container.demux(stream):
                if not packet.size:
                    continue  # says that this was all
                if not times and (not packet.is_keyframe or [frame.width for frame in packet.decode()] != [width]):
                    raise ValueError("a clip whose first picture cannot be drawn")
                times.append(packet.pts)
            ticks = 1 / (fps * stream.time_base)
    except (FFmpegError, OverflowError, ZeroDivisionError) as error:
        raise ValueError(f"a clip that cannot be read ({error})") from None
    if times != [number * ticks for number in range(frames)]:
        raise ValueError("a clip with other frames than it says")


def _still(path: Path, expected: dict[str, Any]) -> None:
    width, height = expected["width"], expected["height"]
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            fitting = any(picture.size == (-(-width // part), -(-height // part)) for part in range(1, _SMALLEST + 1))
            if not fitting or picture.mode != "RGB":
                raise ValueError("a still of another size or kind")
            picture.verify()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"a still that cannot be read ({error})") from None


def _sets_of_encoder(width: int, height: int, fps: int) -> list[bytes]:
    """Sequence and picture parameter sets of every clip that our encoder makes at this size."""
    context = ClipEncoder(Path(os.devnull), width, height, fps)._stream.codec_context  # noqa: SLF001  # as it sets it up
    context.open()
    units = re.split(rb"\x00\x00\x00?\x01", bytes(context.extradata))
    return [unit for unit in units if unit and unit[0] & 31 in (7, 8)]


def _sets_of_avcc(data: bytes) -> list[bytes]:
    """The same from the form that MP4 keeps them in (AVCDecoderConfigurationRecord of ISO 14496-15)."""
    sets, rest = [], data[5:]
    try:
        for mask in (31, 255):  # the number of sequence sets has five bits, that of picture sets eight
            count, rest = rest[0] & mask, rest[1:]
            for _ in range(count):
                end = 2 + int.from_bytes(rest[:2])
                sets.append(rest[2:end])
                rest = rest[end:]
    except IndexError:
        raise ValueError("a clip without stream parameters") from None
    return sets
