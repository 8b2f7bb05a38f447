"""The voice `gemini` with the real client, on the wire."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from tests.gemini import faults, speech
from tests.gemini.authors import Fixed
from tests.gemini.catalogue import MODELS, Model
from tests.gemini.faults import Plan
from tests.gemini.server import KEY, GeminiServer
from tests.voices.conftest import FAST
from visium_graph.errors import EnvironmentFault
from visium_graph.voices.gemini import GeminiVoice
from visium_graph.voices.line import Limits
from visium_graph.voices.narrate import clip_key, narrate
from visium_graph.voices.network import SpeechCall

TEXT = "The square on the longest side is as large as the other two together."
SECONDS = len(TEXT) / 15


def voice(
    limits: Limits = FAST, told: list[SpeechCall] | None = None, model: str = "gemini-3.8-flash-tts"
) -> GeminiVoice:
    return GeminiVoice(model, "Kore", limits=limits, told=None if told is None else told.append)


@pytest.fixture
def sent(gemini: GeminiServer):
    def of(speaker: GeminiVoice) -> int:
        speaker.close()
        return len(gemini.log.of("speech"))

    return of


def test_what_is_asked(gemini: GeminiServer) -> None:
    speaker = GeminiVoice("models/gemini-3.8-flash-tts", "Puck", limits=FAST)
    sound = speaker.synthesise(TEXT)
    speaker.close()
    assert sound.seconds == pytest.approx(SECONDS, abs=0.01)
    (exchange,) = gemini.log.of("speech")
    assert exchange.model == "gemini-3.8-flash-tts"
    (turn,) = exchange.body["contents"]
    assert turn["parts"][0]["text"] == TEXT  # to be read as it stands; the manner goes beside it
    assert "teacher" in turn["parts"][0]["speechMetadata"]["style"]
    assert exchange.call.voices == ["Puck"]
    assert "temperature" not in exchange.body["generationConfig"]


def test_models_before_3_8_take_the_manner_from_the_text(gemini: GeminiServer) -> None:
    speaker = voice(model="gemini-2.5-flash-preview-tts")
    speaker.synthesise(TEXT)
    speaker.close()
    (part,) = gemini.log.of("speech")[0].body["contents"][0]["parts"]
    assert part["text"].startswith("Read aloud, ")
    assert part["text"].endswith(TEXT)
    assert "speechMetadata" not in part


@pytest.mark.parametrize(
    ("media", "rate"),
    [("audio/L16;codec=pcm;rate=16000", 16000), ("audio/l16; rate=48000; channels=1", 48000), ("audio/wav", 24000)],
)
def test_each_form_and_rate(monkeypatch: pytest.MonkeyPatch, media: str, rate: int) -> None:
    t = np.arange(int(SECONDS * rate)) / rate
    samples = (8000 * np.sin(2 * np.pi * 200 * t)).astype("<i2").tobytes()
    model = Model("gemini-9-tts", levels=frozenset(), speech=media)
    with GeminiServer(Fixed(samples), models=[*MODELS, model]) as server:
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_API_KEY", "")  # empty counts as missing
        speaker = GeminiVoice("gemini-9-tts", "Kore", base_url=server.url, limits=FAST)
        sound = speaker.synthesise(TEXT)
        speaker.close()
    assert sound.rate == rate
    assert sound.seconds == pytest.approx(SECONDS, abs=0.01)
    crossings = np.count_nonzero((sound.samples[:-1] < 0) & (sound.samples[1:] >= 0))
    assert crossings == pytest.approx(200 * SECONDS, rel=0.02)  # neither faster nor slower than it was sent


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (faults.status(500), "unreachable"),
        (faults.status(503), "unreachable"),
        (faults.html(502), "unreachable"),
        (faults.reset(), "unreachable"),
        (faults.lost(), "unreachable"),
        (faults.truncated(), "unreachable"),
        (faults.bad_json(), "unreachable"),
        (
            faults.status(400, message="Model tried to generate text, but it should only be used for TTS."),
            "unreachable",
        ),
        (faults.no_audio(), "empty"),
        (faults.empty_audio(), "empty"),
        (faults.empty(), "empty"),
        (faults.prompt_block(), "empty"),
        (faults.max_tokens(0.7), "empty"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_call_that_goes_wrong_is_made_again(gemini: GeminiServer, sent, fault: faults.Fault, outcome: str) -> None:
    gemini.plan.add(fault, "speech", nth=(1, 2))
    told: list[SpeechCall] = []
    speaker = voice(told=told)
    sound = speaker.synthesise(TEXT)
    assert sound.seconds == pytest.approx(SECONDS, abs=0.01)
    assert sent(speaker) == 3
    assert [call.outcome for call in told] == [outcome, outcome, "ok"]
    assert told[-1].output_tokens == round(25 * SECONDS)
    assert told[-1].input_tokens > 0
    if fault.name == "no_audio":
        assert told[0].input_tokens > 0  # such an answer is paid for


def test_a_service_that_hangs_is_asked_again_in_time(gemini: GeminiServer, sent) -> None:
    gemini.plan.add(faults.hang(), "speech", nth=1).add(faults.stalled(), "speech", nth=2)
    began = time.monotonic()
    speaker = voice(replace(FAST, seconds=0.4))
    assert speaker.synthesise(TEXT).seconds == pytest.approx(SECONDS, abs=0.01)
    assert 0.8 <= time.monotonic() - began < 3
    assert sent(speaker) == 3


@pytest.mark.parametrize("samples", [b"\0\0" * 72_000, speech.hum("x" * 1500)], ids=["silent", "far too long"])
def test_sound_that_is_no_speech_of_the_words_is_asked_for_again(monkeypatch, samples: bytes) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    with GeminiServer(Fixed(samples, speech.hum(TEXT))) as server:
        speaker = GeminiVoice("gemini-3.8-flash-tts", "Kore", base_url=server.url, limits=FAST)
        assert speaker.synthesise(TEXT).seconds == pytest.approx(SECONDS, abs=0.01)
        speaker.close()
        assert len(server.log.of("speech")) == 2


def test_words_that_are_never_spoken_are_given_up_soon(gemini: GeminiServer, sent) -> None:
    """Answers without sound may cost: three are enough, however many tries the settings allow."""
    gemini.plan.add(faults.no_audio(), "speech")
    speaker = voice(replace(FAST, attempts=9))
    with pytest.raises(EnvironmentFault, match=r"voice gemini: the service gave no sound \(finish reason OTHER\)"):
        speaker.synthesise(TEXT)
    assert sent(speaker) == 3


def test_a_broken_service_is_given_up(gemini: GeminiServer, sent) -> None:
    gemini.plan.add(faults.status(500), "speech")
    speaker = voice()
    with pytest.raises(EnvironmentFault, match="voice gemini: the service answered 500: An internal error"):
        speaker.synthesise(TEXT)
    assert sent(speaker) == FAST.attempts


@pytest.mark.parametrize(
    ("key", "model", "speaker", "message"),
    [
        ("wrong", "gemini-3.8-flash-tts", "Kore", "does not accept the key in GOOGLE_API_KEY"),
        (KEY, "gemini-nine-tts", "Kore", "404: .*gemini-nine-tts is not found"),
        (KEY, "gemini-3.8-flash-tts", "Nobody", "400: Voice name Nobody is not supported"),
        (KEY, "gemini-3.8-flash", "Kore", "400: The requested combination of response modalities"),
    ],
)
def test_a_refusal_is_told_at_once(sent, monkeypatch, key: str, model: str, speaker: str, message: str) -> None:
    """One request, and then nobody asks again: nothing is spent."""
    monkeypatch.setenv("GOOGLE_API_KEY", key)
    speaking = GeminiVoice(model, speaker, limits=FAST)
    for _ in range(2):
        with pytest.raises(EnvironmentFault, match=message) as told:
            speaking.synthesise(TEXT)
    assert "\n" not in str(told.value)
    assert "wrong" not in str(told.value)
    assert sent(speaking) == 1


def test_without_a_key_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "")
    with pytest.raises(EnvironmentFault, match="voice gemini: no key; set GOOGLE_API_KEY or GEMINI_API_KEY"):
        voice()


# --- Quotas ----------------------------------------------------------------------------------------------------------


def test_what_retry_info_asks_is_done_by_everybody(gemini: GeminiServer) -> None:
    """The first call is told to wait; no call of any thread goes out before that."""
    gemini.plan.add(faults.status(429, retry=0.7), "speech", nth=1)
    speaker = voice(replace(FAST, places=1))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(speaker.synthesise, "Word one of all the words.")
        assert gemini.log.wait_for(1, "speech")
        time.sleep(0.2)
        rest = list(pool.map(speaker.synthesise, [f"Here are further words, group {n}." for n in "abc"]))
        assert first.result().seconds
    speaker.close()
    assert len(rest) == 3
    began = [exchange.began for exchange in gemini.log.of("speech")]
    assert len(began) == 5
    assert min(began[1:]) - began[0] >= 0.69


def test_a_quota_takes_more_tries_than_a_fault(gemini: GeminiServer, sent) -> None:
    gemini.plan.add(faults.status(429, retry=0.05), "speech", nth=range(1, 10))
    speaker = voice(replace(FAST, attempts=2))
    assert speaker.synthesise(TEXT).seconds
    assert sent(speaker) == 10


def test_a_quota_that_lasts_is_given_up(gemini: GeminiServer, sent) -> None:
    gemini.plan.add(faults.status(429, retry=40), "speech")
    speaker = voice()
    began = time.monotonic()
    with pytest.raises(EnvironmentFault, match="429: You exceeded your current quota"):
        speaker.synthesise(TEXT)
    assert time.monotonic() - began < 2
    assert sent(speaker) == 1


def test_the_quota_of_a_day_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.gemini.apierror import quota

    refused = quota(0.01)
    refused.details[0]["violations"][0]["quotaId"] = "GenerateRequestsPerDayPerProjectPerModel"
    monkeypatch.setattr("tests.gemini.faults.quota", lambda _: refused)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    with GeminiServer(plan=Plan().add(faults.status(429), "speech")) as server:
        speaker = GeminiVoice("gemini-3.8-flash-tts", "Kore", base_url=server.url, limits=FAST)
        with pytest.raises(EnvironmentFault, match="429"):
            speaker.synthesise(TEXT)
        speaker.close()
        assert len(server.log.of("speech")) == 1


def test_calls_keep_the_pace_they_are_told(gemini: GeminiServer) -> None:
    speaker = voice(replace(FAST, per_minute=600))
    speaker.synthesise("The first call of a client takes longer.")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(speaker.synthesise, [f"These are the words of group {n}." for n in "abcdef"]))
    speaker.close()
    began = sorted(exchange.began for exchange in gemini.log.of("speech"))[1:]
    assert began[-1] - began[0] >= 0.45  # six calls, a tenth of a second apart


# --- Giving up -------------------------------------------------------------------------------------------------------


def test_a_dead_service_is_not_asked_for_every_beat(gemini: GeminiServer) -> None:
    """Twenty beats wait for nobody: after as many failures as there are places and tries the line is cut."""
    gemini.plan.add(faults.hang(), "speech")
    speaker = voice(replace(FAST, seconds=0.3, attempts=3))
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(speaker.synthesise, f"Beat number {n}, with some words.") for n in range(20)]
        errors = {str(one.exception()) for one in asked}
    speaker.close()
    assert time.monotonic() - began < 3
    assert any("no answer within 0 s" in error for error in errors)
    assert len(gemini.log.of("speech")) <= 7 + 4
    assert "calls in a row" in " ".join(errors)


def test_a_word_between_ends_the_count(gemini: GeminiServer, sent) -> None:
    """Every second call fails, far more often than the line bears in a row; it holds."""
    gemini.plan.add(faults.status(500), "speech", nth=range(1, 60, 2))
    speaker = voice(replace(FAST, places=1))
    for number in range(12):
        assert speaker.synthesise(f"Beat number {number}, with some words.").seconds
    assert sent(speaker) == 24


def test_closing_wakes_who_waits(gemini: GeminiServer) -> None:
    gemini.plan.add(faults.hang(), "speech")
    speaker = voice(replace(FAST, seconds=30))
    threading.Timer(0.3, speaker.close).start()
    began = time.monotonic()
    with pytest.raises(EnvironmentFault, match="voice gemini: it was stopped"):
        speaker.synthesise(TEXT)
    assert time.monotonic() - began < 2
    with pytest.raises(EnvironmentFault, match="it was stopped"):
        speaker.synthesise(TEXT)
    assert len(gemini.log.of("speech")) == 1


# --- Clips -----------------------------------------------------------------------------------------------------------


def test_a_clip_is_bought_once(store, sent, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = voice()
    first = narrate("The same $a^2$ again.", speaker, store)
    assert first.warning is None
    # New code or another release of a library is no reason to buy it again.
    module = sys.modules[narrate.__module__]
    monkeypatch.setattr(module, "source_hash", lambda *_: "other")
    monkeypatch.setattr(module, "versions", lambda *_: {"numpy": "99"})
    assert narrate("The same $a^2$ again.", voice(), store) == first
    assert sent(speaker) == 1


def test_a_failed_clip_is_never_stored(gemini: GeminiServer, store) -> None:
    gemini.plan.add(faults.no_audio(), "speech", nth=(1, 2, 3))
    missed = narrate(TEXT, voice(), store)
    assert missed.warning is not None
    assert missed.fault == "voice gemini: the service gave no sound (finish reason OTHER)"
    assert store.get_record("narration", clip_key(TEXT, voice())) is None
    had = narrate(TEXT, voice(), store)
    assert had.warning is None
    assert had.path != missed.path


def test_clips_are_told_apart_by_model_speaker_and_language(gemini: GeminiServer) -> None:
    del gemini
    made = [
        GeminiVoice(*arguments)
        for arguments in (
            ("gemini-3.8-flash-tts", "Kore", "en"),
            ("gemini-3.8-flash-lite-tts", "Kore", "en"),
            ("gemini-3.8-flash-tts", "Puck", "en"),
            ("gemini-3.8-flash-tts", "Kore", "de"),
        )
    ]
    assert len({clip_key("Same words.", one) for one in made}) == 4
    for one in made:
        one.close()
