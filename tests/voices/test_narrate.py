from __future__ import annotations

import threading
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from visium_graph.errors import EnvironmentFault
from visium_graph.run import Store
from visium_graph.voices.base import Sound, WordTime
from visium_graph.voices.narrate import RATE, narrate
from visium_graph.voices.silent import SilentVoice, spoken_seconds


class ToneVoice:
    """A voice with silence around its words, as engines have, that counts how often it is asked."""

    name = "tone"
    identity = "tone-1"

    def __init__(self, rate: int = 22050) -> None:
        self.rate, self.asked, self.lock = rate, 0, threading.Lock()

    def synthesise(self, text: str) -> Sound:
        with self.lock:
            self.asked += 1
        seconds = len(text) / 15
        t = np.arange(round(seconds * self.rate)) / self.rate
        quiet = np.zeros(self.rate // 2, np.float32)
        samples = np.concatenate([quiet, 0.3 * np.sin(2 * np.pi * 220 * t), quiet]).astype(np.float32)
        return Sound(samples, self.rate, (WordTime(0, len(text), 0.5, 0.5 + seconds),))


class BrokenVoice:
    name = identity = "broken"

    def __init__(self, sound: Sound | None = None) -> None:
        self.sound = sound

    def synthesise(self, text: str) -> Sound:  # noqa: ARG002  # what it is asked does not matter
        if self.sound is None:
            raise EnvironmentFault("voice broken: out of order")
        return self.sound


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def test_clips_are_trimmed_and_faded(store: Store) -> None:
    text = "Here $a^2$ is a test of the clip."
    clip = narrate(text, ToneVoice(), store)
    samples = samples_of(clip.path)
    assert clip.warning is None
    assert clip.seconds == pytest.approx(len(samples) / RATE)
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    assert 0.03 <= loud[0] / RATE <= 0.07
    assert 0.03 <= (len(samples) - loud[-1]) / RATE <= 0.07
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3


def test_written_words_cover_the_text_in_time(store: Store) -> None:
    clip = narrate("Well — here $a^2$ is: 25 km/h 😀 (so)", ToneVoice(), store)
    assert " ".join(word.text for word in clip.words) == "Well — here $a^2$ is: 25 km/h 😀 (so)"
    times = [moment for word in clip.words for moment in (word.at, word.until)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= clip.seconds


def test_a_clip_is_made_once(store: Store) -> None:
    voice = ToneVoice()
    first = narrate("The same words.", voice, store)
    assert narrate("The same words.", voice, store) == first
    assert voice.asked == 1
    # Other writing of the same words is the same sound, with its own words.
    other = narrate("The same  *words*.", voice, store)
    assert (other.path, voice.asked) == (first.path, 1)
    assert [word.text for word in other.words] == ["The", "same", "*words*."]


def test_a_damaged_entry_is_made_again(store: Store) -> None:
    voice = ToneVoice()
    clip = narrate("Some words here.", voice, store)
    clip.path.write_bytes(b"RIFF")
    again = narrate("Some words here.", voice, store)
    assert (again.path, again.seconds, voice.asked) == (clip.path, clip.seconds, 2)
    assert len(samples_of(again.path)) > RATE // 2


def test_many_threads_may_narrate_at_once(store: Store) -> None:
    voice = ToneVoice()
    with ThreadPoolExecutor(8) as pool:
        clips = list(pool.map(lambda n: narrate(f"Sentence number {n % 4}.", voice, store), range(40)))
    assert len({clip.path for clip in clips}) == 4
    assert all(clip == clips[number % 4] for number, clip in enumerate(clips))


@pytest.mark.parametrize(
    "voice",
    [
        BrokenVoice(),
        BrokenVoice(Sound(np.zeros(0, np.float32), RATE)),
        BrokenVoice(Sound(np.zeros(3 * RATE, np.float32), RATE)),
        BrokenVoice(Sound(np.full(3 * RATE, np.nan, np.float32), RATE)),
        BrokenVoice(Sound(np.full(90 * RATE, 0.5, np.float32), RATE)),
    ],
    ids=["fails", "empty", "silent", "not a number", "far too long"],
)
def test_where_the_voice_fails_silence_stands_in_with_a_warning(voice: BrokenVoice, store: Store) -> None:
    clip = narrate("These words are never heard by anyone at all.", voice, store)
    assert clip.warning is not None
    assert "These words are never heard" in clip.warning
    assert clip.seconds == pytest.approx(spoken_seconds("These words are never heard by anyone at all."), abs=0.6)
    # The voice is asked again once it works.
    healed = ToneVoice()
    healed.identity = "broken"
    assert narrate("These words are never heard by anyone at all.", healed, store).warning is None


@pytest.mark.parametrize("text", ["😀", "—", "( )", "..."])
def test_what_has_no_words_is_a_short_silence(text: str, store: Store) -> None:
    clip = narrate(text, ToneVoice(), store)
    assert 0.5 <= clip.seconds <= 1.5
    assert clip.warning is None
    assert not np.any(samples_of(clip.path))


def test_silence_takes_as_long_as_a_lecturer() -> None:
    words = " ".join(["calmly"] * 150) + "."
    sound = SilentVoice().synthesise(words)
    assert 50 <= sound.seconds <= 80
    assert len(sound.words) == 150
