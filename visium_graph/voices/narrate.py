"""One beat's words -> a finished sound clip in the store, with the times of the written words."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from visium_graph.errors import EnvironmentFault
from visium_graph.provenance import machine, source_hash, versions
from visium_graph.store import Store, content_hash
from visium_graph.voices.base import Phrase, Sound, Voice, WordTime
from visium_graph.voices.network import NetworkVoice
from visium_graph.voices.plausible import checked
from visium_graph.voices.silent import SilentVoice
from visium_graph.voices.speech import Speech, speak

__all__ = ["KIND", "RATE", "Narration", "narrate"]

RATE = 24000
"""Samples a second of every stored clip: mono, 16 bit."""
_MAKERS = tuple(
    f"voices/{name}.py" for name in ("base", "espeak", "hibari", "narrate", "plausible", "pronunciation", "silent")
)
"""What makes a clip of plain words; how a text is put into words shows in the words themselves."""
_LIBRARIES = ("hibari-tts", "numpy", "onnxruntime", "scipy")
_BOUGHT = 1
"""Stands for both where a service made the sound. Raised only where its clips must be fetched, and paid for, anew."""
KIND = "narration"
"""Folder of the store."""
_MARGIN = 0.045
"""Seconds kept before the first and after the last sound."""
_FADE = 0.012
_QUIET = 10 ** (-42 / 20)
"""Speech ends where it stays this far below the clip's loudest stretch (as a factor)."""
_WINDOW = 0.01


@dataclass(frozen=True)
class Narration:
    """A beat's clip: 16-bit mono WAV at 24 kHz, trimmed to the speech."""

    path: Path
    seconds: float
    words: tuple[Phrase, ...]
    """The written words in order with the times at which they are heard; they cover the whole written text."""
    warning: str | None = None
    """Set where the voice failed on these words and silence stands in."""
    fault: str | None = None
    """The voice's own words for that."""


def narrate(text: str, voice: Voice, store: Store, language: str = "en") -> Narration:
    """Speak one beat, or find it in the store. Blocks; any number of threads and processes may call it at once.

    Args:
        text: rich text as written (`Beat.say`).
        voice: from `voice_for`.
        store: where the clip is kept by the hash of the words and the voice.
        language: BCP 47 code of the text.

    Returns:
        The clip. Where the voice fails or gives no plausible sound, silence of the expected length and a `warning`;
        such a clip is never stored under the voice's name, so a later run tries again.
    """
    speech = speak(text, language)
    warning = said = None
    if any(character.isalnum() for character in speech.spoken):
        try:
            path, times, seconds = _clip(speech.spoken, voice, store)
        except EnvironmentFault as fault:
            said = str(fault)
            warning = f"{said}: these words stay silent: {_shortened(text)}"
            path, times, seconds = _clip(speech.spoken, SilentVoice(), store)
    else:
        path, times, seconds = _clip(speech.spoken, SilentVoice(), store)
    return Narration(path, seconds, written_times(text, speech, times, seconds), warning, said)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _clip(spoken: str, voice: Voice, store: Store) -> tuple[Path, tuple[WordTime, ...], float]:
    key = clip_key(spoken, voice)
    if found := _stored(store, key):
        return found
    sound = voice.synthesise(spoken)
    sound = _resampled(sound) if voice.name == "silent" else _trimmed(_resampled(checked(sound, spoken)))
    path = store.put(KIND, key, ".wav", _wav(sound.samples))
    words = tuple(WordTime(word.start, word.end, round(word.at, 4), round(word.until, 4)) for word in sound.words)
    times = [[word.start, word.end, word.at, word.until] for word in words]
    store.put_record(KIND, key, {"seconds": sound.seconds, "spoken": spoken, "words": times}, [".wav"])
    return path, words, sound.seconds


def clip_key(spoken: str, voice: Voice) -> str:
    """The hash under which the clip of these words is stored: of the words, the voice, and all that shapes the sound."""
    if isinstance(voice, NetworkVoice):
        return content_hash(KIND, voice.identity, spoken, _BOUGHT)
    return content_hash(KIND, voice.identity, spoken, source_hash(*_MAKERS), versions(*_LIBRARIES), machine())


def _stored(store: Store, key: str) -> tuple[Path, tuple[WordTime, ...], float] | None:
    record = store.get_record(KIND, key)
    if record is None:
        return None
    words = tuple(WordTime(start, end, at, until) for start, end, at, until in record.data["words"])
    return record.files[".wav"], words, record.data["seconds"]


def _resampled(sound: Sound) -> Sound:
    if sound.rate == RATE:
        return sound
    common = int(np.gcd(sound.rate, RATE))
    samples = resample_poly(sound.samples, RATE // common, sound.rate // common)
    return Sound(np.asarray(samples, np.float32), RATE, sound.words)


def _trimmed(sound: Sound) -> Sound:
    """Cut to the speech with small margins, faded in and out so that no edge clicks."""
    size = round(_WINDOW * RATE)
    count = max(len(sound.samples) // size, 1)
    level = np.sqrt(np.mean(np.square(np.resize(sound.samples, count * size).reshape(count, size)), axis=1))
    loud = np.flatnonzero(level > level.max() * _QUIET)
    margin = round(_MARGIN * RATE)
    first = max(int(loud[0]) * size - margin, 0)
    last = min((int(loud[-1]) + 1) * size + margin, len(sound.samples))
    samples = np.clip(sound.samples[first:last], -1.0, 1.0).astype(np.float32)
    fade = min(round(_FADE * RATE), len(samples) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / max(fade, 1))).astype(np.float32)
    samples[:fade] *= ramp
    samples[len(samples) - fade :] *= ramp[::-1]
    shift, end = first / RATE, len(samples) / RATE
    words = tuple(
        WordTime(word.start, word.end, min(max(word.at - shift, 0.0), end), min(max(word.until - shift, 0.0), end))
        for word in sound.words
    )
    return Sound(samples, RATE, words)


def _wav(samples: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes())
    return buffer.getvalue()


def written_times(text: str, speech: Speech, times: tuple[WordTime, ...], seconds: float) -> tuple[Phrase, ...]:
    """When each written token is heard.

    The engine's times are known at the edges of its words; between them time runs evenly over the characters, so
    coarse engines (a sentence at a time) give word times too. A token that is not heard joins the one before it.
    """
    if not times:
        times = (WordTime(0, max(len(speech.spoken), 1), 0.0, seconds),)
    places, moments = [0.0], [times[0].at]
    for word in times:
        places += [max(word.start, places[-1]), max(word.end, places[-1])]
        moments += [max(word.at, moments[-1]), max(word.until, moments[-1])]
    phrases: list[Phrase] = []
    waiting = ""
    for span in speech.spans:
        token = waiting + text[span.start : span.end]
        waiting = ""
        if span.spoken_start == span.spoken_end:
            if phrases:
                last = phrases[-1]
                phrases[-1] = Phrase(f"{last.text} {token}", last.at, last.until)
            else:
                waiting = token + " "
            continue
        spoken_end = span.spoken_start + len(speech.spoken[span.spoken_start : span.spoken_end].rstrip(",;:.?!"))
        at, until = np.interp(
            [span.spoken_start + 1e-6, max(spoken_end, span.spoken_start + 1) - 1e-6], places, moments
        )
        phrases.append(Phrase(token, round(float(at), 4), round(float(max(until, at)), 4)))
    return tuple(phrases) if phrases or not waiting else (Phrase(waiting.strip(), 0.0, seconds),)
