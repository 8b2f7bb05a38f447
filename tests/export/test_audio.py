from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.export_media import FPS, click, hum, write_wav
from visium_graph.errors import InputError
from visium_graph.export.audio import level, loudness, programme, read_wav, true_peak
from visium_graph.export.timeline import Timeline

RATE = 48000
MakeTimeline = Callable[..., Timeline]


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return np.concatenate([hum(2.0, 0.05, RATE), np.zeros(RATE // 2, np.float32), hum(2.0, 0.04, RATE)])


def test_programme_is_as_long_as_the_picture_to_the_sample(make_timeline: MakeTimeline) -> None:
    timeline = make_timeline(("a", "A", [7], [hum(0.6)]), ("b", "B", [11, 3], [None, hum(0.2)]))
    for rate in (48000, 44100):
        sound = programme(timeline, rate)
        assert sound.dtype == np.float32
        assert len(sound) == round(timeline.frames * rate / FPS)


def test_each_beat_sounds_at_its_own_frame(make_timeline: MakeTimeline) -> None:
    timeline = make_timeline(("a", "A", [10, 6], [click(0.5, 0.1), None]), ("b", "B", [4, 9], [None, click(0.6, 0.2)]))
    loud = np.flatnonzero(np.abs(programme(timeline)) > 0.05) / RATE
    assert loud[loud < 1][0] == pytest.approx(0.1, abs=0.002)
    assert loud[loud > 1][0] == pytest.approx(1.6 + 0.4 + 0.2, abs=0.002)


def test_what_runs_past_the_end_is_faded_out(make_timeline: MakeTimeline) -> None:
    sound = programme(make_timeline(("a", "A", [10], [hum(3.0)])))
    assert len(sound) == RATE
    assert abs(sound[-1]) < 0.01
    assert np.abs(sound[-RATE // 4 : -RATE // 10]).max() > 0.05


@pytest.mark.parametrize("gain", [0.3, 1.0, 12.0])
def test_level_reaches_the_loudness_below_the_ceiling(speech: np.ndarray, gain: float) -> None:
    done = level(speech * np.float32(gain), RATE)
    assert pyloudnorm.Meter(RATE).integrated_loudness(done) == pytest.approx(-16, abs=0.3)
    assert true_peak(done) <= -1.0
    assert done.dtype == np.float32


def test_peaky_sound_is_limited_without_a_step(speech: np.ndarray) -> None:
    peaky = speech * np.float32(0.3)
    peaky[RATE : RATE + 40] += np.float32(0.9)
    done = level(peaky, RATE)
    assert true_peak(done) <= -1.0
    # Away from the peak the gain is one constant: the limiter lets go again.
    ratio = (
        done[3 * RATE : 4 * RATE][np.abs(peaky[3 * RATE : 4 * RATE]) > 0.01]
        / peaky[3 * RATE : 4 * RATE][np.abs(peaky[3 * RATE : 4 * RATE]) > 0.01]
    )
    assert ratio.std() / ratio.mean() < 0.001


@pytest.mark.parametrize("samples", [0, 1, 100, RATE // 10, RATE * 3])
def test_silence_stays_silence(samples: int) -> None:
    done = level(np.zeros(samples, np.float32), RATE)
    assert len(done) == samples
    assert not np.any(done)
    assert loudness(done, RATE) is None


def test_too_short_to_measure_is_left_alone() -> None:
    short = hum(0.2, 0.05, RATE)
    assert np.array_equal(level(short, RATE), short)


def test_true_peak_sees_between_the_samples() -> None:
    t = np.arange(RATE) / RATE
    # Sampled at 45 degrees off its crests, this sine never shows its true height.
    sine = np.sin(2 * np.pi * RATE / 4 * t + np.pi / 4).astype(np.float32)
    assert 20 * np.log10(np.abs(sine).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(sine[:4800] * np.hanning(4800).astype(np.float32)) == pytest.approx(0, abs=0.3)
    assert true_peak(np.zeros(0, np.float32)) == float("-inf")


@given(st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=60), st.integers(1, 400))
def test_no_sound_gets_past_the_ceiling(values: list[float], repeat: int) -> None:
    done = level(np.repeat(np.asarray(values, np.float32), repeat), RATE)
    assert np.all(np.isfinite(done))
    assert true_peak(done) <= -0.99


def test_reading_mixes_down_and_resamples(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", hum(0.5, 0.2, 22050), 22050)
    samples = read_wav(path, RATE)
    assert len(samples) == pytest.approx(RATE / 2, abs=3)
    assert np.abs(samples).max() > 0.1
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    for broken in (tmp_path / "b.wav", tmp_path / "none.wav"):
        with pytest.raises(InputError, match=broken.name):
            read_wav(broken, RATE)
