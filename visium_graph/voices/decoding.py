"""Sound as services send it -> samples: files that FFmpeg knows (MP3, WAV), and bare PCM described by a media type."""

from __future__ import annotations

import io
import re

import av
import numpy as np
from av.error import FFmpegError

from visium_graph.voices.base import Sound

__all__ = ["NoSoundError", "decode"]

_RATE = 24000
"""Of bare PCM whose media type does not tell."""
_PCM = re.compile(r"audio/(?:l16|pcm|raw)\b", re.IGNORECASE)


class NoSoundError(ValueError):
    """The bytes hold no sound that can be decoded."""


def decode(data: bytes, media: str = "") -> Sound:
    """Mono samples of what came.

    A RIFF header wins over the media type: services have been seen to send WAV files as `audio/L16`.

    Args:
        data: a file (MP3, WAV, ...), or 16-bit PCM.
        media: media type, such as `audio/L16;codec=pcm;rate=24000`. PCM of this type is little-endian, whatever RFC 2586
            has to say: it is what the services that name it so send.

    Raises:
        NoSoundError: it is empty or damaged.
    """
    if not data:
        raise NoSoundError("no bytes")
    if _PCM.match(media) and not data.startswith(b"RIFF"):
        return _pcm(data, media)
    try:
        return _file(data)
    except FFmpegError as error:
        raise NoSoundError(f"{error.strerror or type(error).__name__}") from None


def _pcm(data: bytes, media: str) -> Sound:
    rate = _parameter(media, "rate", _RATE)
    channels = _parameter(media, "channels", 1)
    if not 4000 <= rate <= 384_000 or not 1 <= channels <= 8:
        raise NoSoundError(f"{rate} Hz in {channels} channels")
    whole = len(data) // (2 * channels) * 2 * channels  # a connection may end in the middle of a sample
    samples = np.frombuffer(data[:whole], "<i2").reshape(-1, channels) / 32768.0
    return Sound(samples.mean(axis=1).astype(np.float32), rate)


def _parameter(media: str, name: str, default: int) -> int:
    found = re.search(rf"\b{name}\s*=\s*\"?(\d+)", media, re.IGNORECASE)
    return int(found.group(1)) if found else default


def _file(data: bytes) -> Sound:
    with av.open(io.BytesIO(data), "r") as container:
        if not container.streams.audio:
            raise NoSoundError("a file without sound")
        stream = container.streams.audio[0]
        rate = stream.rate
        mono = av.AudioResampler(format="flt", layout="mono", rate=rate)
        frames = [piece for frame in container.decode(stream) for piece in mono.resample(frame)]
        frames += mono.resample(None)
    parts = [frame.to_ndarray().reshape(-1) for frame in frames]
    return Sound(np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32), rate)
