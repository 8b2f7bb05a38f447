"""Picture and sound into one MP4: the scenes' H.264 is copied, not encoded again; the sound is encoded once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.export.audio import RATE, Samples, sample_at
from visium_graph.export.plain import plain_text
from visium_graph.export.timeline import SceneSpan, Timeline

__all__ = ["assemble", "scene_clip"]

_BITS_PER_SECOND = 128_000
_TICKS_PER_SECOND = 90_000
"""At least this fine: the time base of the picture is the next multiple of the frame rate."""
_AUDIO_STEP = 1024
_LANGUAGES = {
    "ar": "ara", "bn": "ben", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fa": "fas",
    "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor",
    "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sv": "swe", "th": "tha", "tr": "tur",
    "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip
"""MP4 names languages by ISO 639-2."""


def assemble(timeline: Timeline, sound: Samples, out: Path) -> None:
    """Write the video: H.264 as rendered, AAC, one chapter a scene, index in front; whole or not at all.

    Args:
        timeline: scene clips of one size, frame rate and encoding.
        sound: of the whole timeline, as `programme` makes it.
        out: the MP4 file to write.

    Raises:
        InputError: a clip cannot be read, or does not fit the others.
        EnvironmentFault: the file cannot be written.
    """
    _check_clips(timeline)
    with _written_aside(out) as temporary:
        try:
            _write(timeline, sound, temporary)
        except (FFmpegError, OSError) as error:
            raise EnvironmentFault(f"{out}: the video cannot be written ({error})") from None


def scene_clip(timeline: Timeline, sound: Samples, scene_id: str, out: Path) -> None:
    """Write one scene of a timeline with its part of the sound, as `assemble` writes the whole.

    Raises:
        KeyError: no such scene.
        InputError: see `assemble`.
        EnvironmentFault: see `assemble`.
    """
    for first, scene in zip(timeline.starts(), timeline.scenes, strict=True):
        if scene.id == scene_id:
            start, end = (sample_at(frame, timeline.fps, RATE) for frame in (first, first + scene.frames))
            alone = Timeline(plain_text(scene.title), timeline.language, timeline.fps, (scene,))
            assemble(alone, sound[start:end], out)
            return
    raise KeyError(scene_id)


@contextmanager
def _written_aside(out: Path) -> Iterator[Path]:
    """A file in a hidden folder beside the target, renamed onto it at the end."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent)
    except OSError as error:
        raise EnvironmentFault(f"{out}: cannot write there ({error.strerror})") from None
    with folder:
        temporary = Path(folder.name) / out.name
        yield temporary
        os.replace(temporary, out)


def _check_clips(timeline: Timeline) -> None:
    """Copied pictures must share one encoding: the file has one decoder configuration for all of them."""
    if not timeline.scenes:
        raise InputError("the video has no scenes")
    first: tuple[Any, ...] | None = None
    for scene in timeline.scenes:
        try:
            with av.open(str(scene.clip), format="mp4") as clip:
                if not clip.streams.video:
                    raise InputError(f"{scene.clip}: holds no picture")
                stream = clip.streams.video[0]
                context = stream.codec_context
                found = (context.name, context.width, context.height, bytes(context.extradata or b""))
        except (FFmpegError, OSError) as error:
            raise InputError(
                f"{scene.clip}: the clip of scene {scene.id!r} cannot be read ({error}); render it again"
            ) from None
        if first is None:
            first = found
        elif found != first:
            raise InputError(
                f"{scene.clip}: the clip of scene {scene.id!r} is encoded unlike the first ({found[1]}x{found[2]}, first {first[1]}x{first[2]}); render it again"
            )


def _write(timeline: Timeline, sound: Samples, path: Path) -> None:
    language = _LANGUAGES.get(timeline.language.lower().split("-")[0], "und")
    with av.open(str(path), "w", format="mp4", container_options={"movflags": "+faststart"}) as out:
        out.metadata["title"] = plain_text(timeline.title)
        with av.open(str(timeline.scenes[0].clip), format="mp4") as clip:
            picture = out.add_stream_from_template(clip.streams.video[0])
        base = Fraction(1, timeline.fps * -(-_TICKS_PER_SECOND // timeline.fps))
        picture.time_base = base
        # The other way of choosing quantisers takes twice as long and, at this rate, ends up further from the original.
        track: Any = out.add_stream("aac", rate=RATE, layout="mono", options={"aac_coder": "fast"})
        track.bit_rate = _BITS_PER_SECOND
        track.metadata["language"] = language
        picture.metadata["language"] = language
        if len(timeline.scenes) > 1:
            out.set_chapters(_chapters(timeline))
        written = 0
        for packet, seconds in _packets(timeline, base):
            packet.stream = picture
            # Sound goes into the file beside the picture it belongs to, so that players need not seek.
            written = _encode(out, track, sound, written, round((seconds + 1.0) * RATE))
            out.mux(packet)
        _encode(out, track, sound, written, len(sound))
        out.mux(track.encode(None))


def _chapters(timeline: Timeline) -> list[Any]:
    ends = [*timeline.starts()[1:], timeline.frames]
    return [
        {
            "id": number,
            "start": round(start * 1000 / timeline.fps),
            "end": round(end * 1000 / timeline.fps),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": plain_text(scene.title)},
        }
        for number, (scene, start, end) in enumerate(zip(timeline.scenes, timeline.starts(), ends, strict=True), 1)
    ]


def _packets(timeline: Timeline, base: Fraction) -> Iterator[tuple[Any, float]]:
    """The scenes' packets with times counted in whole frames from the start of the video, and their seconds."""
    tick = round(1 / (timeline.fps * base))
    for start, scene in zip(timeline.starts(), timeline.scenes, strict=True):
        held: Any = None
        for frame, packet in _clip_packets(scene, timeline.fps):
            packet.pts = packet.dts = (start + frame) * tick
            packet.time_base = base
            if held is not None:
                held.duration = packet.pts - held.pts
                yield held, float(held.pts * base)
            held = packet
        if held is None:
            raise InputError(f"{scene.clip}: the clip of scene {scene.id!r} is empty; render it again")
        held.duration = max((start + scene.frames) * tick - held.pts, 1)
        yield held, float(held.pts * base)


def _clip_packets(scene: SceneSpan, fps: int) -> Iterator[tuple[int, Any]]:
    """(frame number, packet) in order; the clips hold no B-frames, so presentation order is file order."""
    with av.open(str(scene.clip), format="mp4") as clip:
        stream = clip.streams.video[0]
        origin: int | None = None
        last = -1
        for packet in clip.demux(stream):
            if packet.pts is None:
                continue
            origin = packet.pts if origin is None else origin
            frame = round((packet.pts - origin) * (packet.time_base or stream.time_base or Fraction(1, fps)) * fps)
            if frame <= last:
                raise InputError(f"{scene.clip}: frames of scene {scene.id!r} are out of order; render it again")
            if frame >= scene.frames:
                raise InputError(
                    f"{scene.clip}: the clip of scene {scene.id!r} is longer than its {scene.frames} frames; render it again"
                )
            last = frame
            yield frame, packet


def _encode(out: Any, track: Any, sound: Samples, start: int, end: int) -> int:
    """Encode samples from `start` up to `end` in whole AAC steps; returns how far it came."""
    end = min(end, len(sound))
    while start < end:
        stop = min(start + _AUDIO_STEP, len(sound))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None, start:stop]), format="fltp", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = start
        out.mux(track.encode(frame))
        start = stop
    return start
