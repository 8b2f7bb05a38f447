"""Sound for answers that are spoken: hums as long as the words would take."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import numpy as np

RATE = 24_000
TOKENS_PER_SECOND = 25
_CHARACTERS_PER_SECOND = 15
_HERTZ = 140.0
_LONGEST = 655.0  # seconds: a voice's 16,384 tokens


def hum(text: str) -> bytes:
    """A hum with the rise and fall of syllables, as long as the text would take to say: 16-bit mono at 24 kHz."""
    times = np.arange(int(RATE * min(_LONGEST, max(0.4, len(text) / _CHARACTERS_PER_SECOND)))) / RATE
    syllables = 0.6 - 0.4 * np.cos(2 * np.pi * 4 * times)
    samples: bytes = (6_000 * syllables * np.sin(2 * np.pi * _HERTZ * times)).astype("<i2").tobytes()
    return samples


def seconds(samples: bytes) -> float:
    """How long they sound."""
    return len(samples) / 2 / RATE


def part(samples: bytes, media: str) -> dict[str, Any]:
    """The part of an answer that carries the samples as that media type."""
    carried = _wav(samples) if media == "audio/wav" else samples
    return {"inlineData": {"mimeType": media, "data": base64.b64encode(carried).decode()}}


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return file.getvalue()
