from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voices.conftest import encoded, tone
from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound
from visium_graph.voices.decoding import NoSoundError, decode
from visium_graph.voices.pauses import sentence_times, sounding
from visium_graph.voices.plausible import checked


def pcm(samples: np.ndarray) -> bytes:
    return (samples * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("media", "rate"),
    [
        ("audio/L16;codec=pcm;rate=24000", 24000),
        ("audio/l16; rate=16000; channels=1", 16000),
        ("audio/L16", 24000),
        ('audio/pcm;rate="48000"', 48000),
    ],
)
def test_pcm_has_the_rate_of_its_media_type(media: str, rate: int) -> None:
    samples = tone(0.5, rate)
    sound = decode(pcm(samples), media)
    assert sound.rate == rate
    assert np.allclose(sound.samples, samples, atol=1e-4)


def test_channels_are_mixed_and_half_a_sample_is_dropped() -> None:
    left, right = tone(0.2, 8000), np.zeros_like(tone(0.2, 8000))
    both = np.stack([left, right], axis=1)
    sound = decode(pcm(both) + b"\x01", "audio/L16;rate=8000;channels=2")
    assert np.allclose(sound.samples, left / 2, atol=1e-4)


@pytest.mark.parametrize("form", ["wav", "wav24", "mp3"])
@pytest.mark.parametrize("media", ["audio/wav", "audio/L16;rate=16000", ""])
@pytest.mark.parametrize("rate", [16000, 24000, 44100])
def test_files_are_known_by_their_content(form: str, media: str, rate: int) -> None:
    """A WAV file named L16, with a rate that is not its own, is still read as what it is."""
    if form == "mp3" and media.startswith("audio/L16"):
        media = "audio/mpeg"
    samples = tone(0.6, rate)
    sound = decode(encoded(samples, rate, form), media)
    assert sound.rate == rate
    assert sound.seconds == pytest.approx(0.8, abs=0.08)
    assert np.abs(sound.samples).max() == pytest.approx(0.3, abs=0.05)


def test_a_wav_that_claims_an_endless_length() -> None:
    """The header of a stream is written before anybody knows how much will follow."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 24000, 0, "NONE", ""))
        sound.writeframes(pcm(tone(0.5, 24000)))
    data = bytearray(file.getvalue())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    assert decode(bytes(data), "audio/wav").seconds == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"", "audio/L16;rate=24000"),
        (b"", "audio/mpeg"),
        (b"RIFF", "audio/wav"),
        (b"<html>busy</html>" * 20, "audio/mpeg"),
        (b"\0\0" * 100, "audio/L16;rate=3"),
        (b"\0\0" * 100, "audio/L16;rate=24000;channels=99"),
    ],
)
def test_what_is_no_sound_is_said_to_be_none(data: bytes, media: str) -> None:
    with pytest.raises(NoSoundError):
        decode(data, media)


@given(st.binary(max_size=300), st.sampled_from(["audio/wav", "audio/mpeg", "audio/L16;rate=24000", ""]))
def test_any_bytes_are_a_sound_or_none(data: bytes, media: str) -> None:
    try:
        sound = decode(data, media)
    except NoSoundError:
        return
    assert sound.rate > 0
    assert sound.samples.dtype == np.float32
    assert sound.samples.ndim == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("The quick brown fox jumps over the lazy dog.", 2.9),
        ("素早い茶色の狐がのろまな犬を飛び越える", 4.5),
        ("Das war 1789, und 25 ist 5 mal 5.", 5.5),
        ("Da.", 0.4),
    ],
)
def test_speech_of_any_script_is_plausible(text: str, seconds: float) -> None:
    assert checked(Sound(tone(seconds, 24000), 24000), text)


@pytest.mark.parametrize("seconds", [0.4, 40.0])
def test_speech_far_too_short_or_long_is_not(seconds: float) -> None:
    words = "Every even number above two is perhaps the sum of two prime numbers, and nobody knows why."
    with pytest.raises(EnvironmentFault, match="were expected"):
        checked(Sound(tone(seconds, 24000), 24000), words)


def spoken(*sentences: tuple[float, float], rate: int = 24000) -> tuple[Sound, list[tuple[float, float]]]:
    """Syllables for each (seconds, pause after it), and when each of them really sounds."""
    parts, edges, at = [np.zeros(rate // 20)], [], 0.05
    for seconds, pause in sentences:
        t = np.arange(int(seconds * rate)) / rate
        syllables = 0.5 - 0.45 * np.cos(2 * np.pi * 4 * t)  # dips every quarter of a second, far shorter than a pause
        parts += [0.4 * syllables * np.sin(2 * np.pi * 150 * t), np.zeros(int(pause * rate))]
        edges.append((at, at + seconds))
        at += seconds + pause
    return Sound(np.concatenate(parts).astype(np.float32), rate), edges


def test_sentences_are_laid_to_the_pauses() -> None:
    text = "A short one. Then comes a sentence that is, all in all, a good deal longer. And an end."
    sound, edges = spoken((1.4, 0.45), (2.2, 0.2), (2.0, 0.5), (0.8, 0.0))  # the second pause is a comma's
    times = sentence_times(sound, text)
    assert [text[word.start : word.end] for word in times] == [
        "A short one.",
        "Then comes a sentence that is, all in all, a good deal longer.",
        "And an end.",
    ]
    assert [word.at for word in times] == pytest.approx([edges[0][0], edges[1][0], edges[3][0]], abs=0.1)
    assert [word.until for word in times] == pytest.approx([edges[0][1], edges[2][1], edges[3][1]], abs=0.1)


def test_without_enough_pauses_the_words_share_the_time() -> None:
    sound, edges = spoken((3.0, 0.0))
    (only,) = sentence_times(sound, "One. Two. Three.")
    assert (only.start, only.end) == (0, 16)
    assert (only.at, only.until) == pytest.approx(edges[0], abs=0.1)


def test_silence_has_no_sentences() -> None:
    silence = np.zeros(24000, np.float32)
    assert sentence_times(Sound(silence, 24000), "One. Two.") == ()
    assert sentence_times(Sound(np.zeros(0, np.float32), 24000), "One.") == ()
    assert sounding(silence, 24000) == (0.0, 1.0)
