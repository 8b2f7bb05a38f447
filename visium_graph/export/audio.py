"""The sound of the whole video: every beat's clip at the frame it was drawn at, at one loudness."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from visium_graph.errors import InputError
from visium_graph.export.timeline import Timeline

__all__ = [
    "CEILING_DBTP",
    "LOUDNESS_LUFS",
    "RATE",
    "Samples",
    "level",
    "loudness",
    "programme",
    "read_wav",
    "sample_at",
    "true_peak",
]

Samples = NDArray[np.float32]

RATE = 48000
"""Samples a second of a finished video."""
LOUDNESS_LUFS = -16.0
CEILING_DBTP = -1.0
_MARGIN_DB = 0.3
"""Kept below the ceiling: lossy encoding moves peaks a little."""
_LARGEST_GAIN_DB = 30.0
"""A programme quieter than this allows is noise, not speech."""
_OVERSAMPLING = 4
_LOOKAHEAD = 0.005
"""Seconds the limiter sees ahead, and takes to let go."""
_BLOCK = 1 << 14
"""Samples oversampled at a time."""
_OVERLAP = 256
_FADE = 0.02


def programme(timeline: Timeline, rate: int = RATE) -> Samples:
    """The levelled sound of a timeline.

    Args:
        timeline: beats carry mono (or stereo, which is mixed down) 16-bit WAV files, or None.
        rate: samples a second of the result.

    Returns:
        Mono samples of shape (n,), n / rate equal to the length of the picture to the sample.

    Raises:
        InputError: a sound file cannot be read.
    """
    sound = np.zeros(sample_at(timeline.frames, timeline.fps, rate), np.float32)
    for first, scene in zip(timeline.starts(), timeline.scenes, strict=True):
        for beat in scene.beats:
            if beat.sound is not None:
                _place(sound, read_wav(beat.sound, rate), sample_at(first + beat.start, timeline.fps, rate), rate)
    return level(sound, rate)


def sample_at(frames: int, fps: int, rate: int) -> int:
    """The sample at which a frame begins."""
    return round(frames * rate / fps)


def _place(sound: Samples, clip: Samples, start: int, rate: int) -> None:
    """Mix a clip in; what would run past the end of the picture is faded out there."""
    room = len(sound) - start
    if room <= 0:
        return
    if len(clip) > room:
        clip = clip[:room].copy()
        fade = min(round(_FADE * rate), room)
        clip[room - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    sound[start : start + len(clip)] += clip


def read_wav(path: Path, rate: int) -> Samples:
    """Mono float32 samples of a 16-bit WAV file, resampled.

    Raises:
        InputError: no such file, or no 16-bit WAV.
    """
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() != 2:
                raise InputError(f"{path}: expected 16-bit sound")
            channels, own_rate = file.getnchannels(), file.getframerate()
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (OSError, EOFError, wave.Error) as error:
        raise InputError(f"{path}: cannot be read as WAV ({error})") from None
    samples: Samples = (data.reshape(-1, channels).mean(axis=1) / 32768.0).astype(np.float32)
    if own_rate == rate or not len(samples):
        return samples
    common = int(np.gcd(own_rate, rate))
    return np.asarray(resample_poly(samples, rate // common, own_rate // common), np.float32)


def loudness(sound: Samples, rate: int) -> float | None:
    """Integrated loudness in LUFS (ITU-R BS.1770); None for silence and for what is too short to measure (0.4 s)."""
    if len(sound) < 0.4 * rate or not np.any(sound):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = float(pyloudnorm.Meter(rate).integrated_loudness(sound))
    return measured if np.isfinite(measured) else None


def level(sound: Samples, rate: int) -> Samples:
    """Bring a programme to -16 LUFS with true peaks of at most -1 dBTP. Silence stays silence."""
    ceiling = 10 ** ((CEILING_DBTP - _MARGIN_DB) / 20)
    measured = loudness(sound, rate)
    peaks = _peaks(sound)  # found once: a gain makes all of them larger alike
    gain_db = 0.0
    done = sound
    for _ in range(3):  # limiting takes away a little loudness, which the next turn gives back
        if measured is not None:
            gain_db = float(np.clip(gain_db + LOUDNESS_LUFS - measured, -_LARGEST_GAIN_DB, _LARGEST_GAIN_DB))
        factor = np.float32(10 ** (gain_db / 20))
        done = _limited(sound * factor, peaks * factor, rate, ceiling)
        measured = loudness(done, rate)
        if measured is None or abs(measured - LOUDNESS_LUFS) < 0.1:
            break
    return done


def _limited(sound: Samples, peaks: Samples, rate: int, ceiling: float) -> Samples:
    """A look-ahead limiter: the gain goes down before a peak comes and up again after it, without a step."""
    if not len(peaks) or float(peaks.max()) <= ceiling:
        return sound
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    reach = 2 * round(_LOOKAHEAD * rate) + 1
    # The least gain within reach, then its running mean over the same reach: nowhere above what is needed.
    gain = uniform_filter1d(minimum_filter1d(needed, reach, mode="nearest"), reach, mode="nearest")
    gain = np.minimum(gain, 1.0).astype(np.float32)
    limited: Samples = sound * gain
    # What the smoothing let through can only be where something was limited.
    limited *= np.float32(min(1.0, ceiling / max(float(_peaks(limited, gain < 1).max()), 1e-9)))
    return limited


def _peaks(sound: Samples, where: NDArray[np.bool_] | None = None) -> Samples:
    """The true peak around every sample: the largest of four oversampled values; its own value outside `where`."""
    peaks = np.abs(sound)
    for start in range(0, len(sound), _BLOCK):
        end = min(start + _BLOCK, len(sound))
        first, last = max(start - _OVERLAP, 0), min(end + _OVERLAP, len(sound))
        if not np.any(sound[first:last] if where is None else where[start:end]):
            continue
        fine = np.abs(resample_poly(sound[first:last], _OVERSAMPLING, 1)).reshape(-1, _OVERSAMPLING).max(axis=1)
        peaks[start:end] = np.maximum(peaks[start:end], fine[start - first : end - first])
    return peaks


def true_peak(sound: Samples) -> float:
    """True peak in dBTP, at four times oversampling; -inf for silence."""
    largest = float(_peaks(sound).max()) if len(sound) else 0.0
    return float(20 * np.log10(largest)) if largest > 0 else float("-inf")
