"""Small clips and sounds, encoded as the renderer encodes: CFR, yuv420p, bt709, no B-frames."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FPS = 10
WIDTH, HEIGHT = 214, 120


def encode_clip(path: Path, frames: int, shade: int = 0, *, width: int = WIDTH, timescale: int = 10240) -> Path:
    """A clip whose brightness counts its frames, starting at `shade`, in a file of this time scale."""
    with av.open(str(path), "w", options={"video_track_timescale": str(timescale)}) as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, HEIGHT, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "18", "bf": "0"}
        context = stream.codec_context
        context.time_base = Fraction(1, FPS)
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        for number in range(frames):
            picture = np.full((HEIGHT, width, 3), min(shade + 4 * number, 255), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def write_wav(path: Path, samples: np.ndarray, rate: int = 24000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def hum(seconds: float, level: float = 0.1, rate: int = 24000) -> np.ndarray:
    """Something like speech: a voiced tone that swells and fades four times a second."""
    t = np.arange(round(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    return (level * tone * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * t))).astype(np.float32)


def click(seconds: float, at: float, rate: int = 24000) -> np.ndarray:
    """Silence with a short burst that begins at `at`."""
    samples = np.zeros(round(seconds * rate), np.float32)
    first = round(at * rate)
    samples[first : first + rate // 50] = 0.7 * np.sin(2 * np.pi * 1000 * np.arange(rate // 50) / rate)
    return samples
