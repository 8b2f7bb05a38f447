"""The voice `gtts` with the real client, against answers in the form of those recorded."""

from __future__ import annotations

import time
import warnings
from dataclasses import replace

import pytest

from tests.voices.conftest import FAST, Translate
from visium_graph.errors import EnvironmentFault
from visium_graph.voices.gtts import GttsVoice
from visium_graph.voices.narrate import clip_key, narrate

TEXT = "A square has four sides. All of them are equal, and so are its angles. That is all."


def test_sentences_have_their_times(translate: Translate) -> None:
    sound = GttsVoice("en", FAST).synthesise(TEXT)
    assert [text for text, _ in translate.asked] == [
        "A square has four sides.",
        "All of them are equal, and so are its angles.",
        "That is all.",
    ]
    assert [TEXT[word.start : word.end] for word in sound.words] == [text for text, _ in translate.asked]
    for word in sound.words:
        # As long as the service was made to speak, without the silence around it.
        assert word.until - word.at == pytest.approx(0.2 + (word.end - word.start) / 15, abs=0.1)
    edges = [moment for word in sound.words for moment in (word.at, word.until)]
    assert edges == sorted(edges)
    assert edges[-1] <= sound.seconds


def test_a_long_sentence_goes_in_pieces(translate: Translate) -> None:
    text = "On " + "and on " * 40 + "it goes."
    sound = GttsVoice("en", FAST).synthesise(text)
    assert len(translate.asked) >= 3
    assert max(len(text) for text, _ in translate.asked) <= 100
    assert len(sound.words) == 1
    assert sound.seconds > 15


@pytest.mark.parametrize("fault", [500, 503, "empty", "cut", "garbage", "silent", "reset", "nonsense"], ids=str)
def test_a_request_that_goes_wrong_is_made_again(translate: Translate, fault: str | int) -> None:
    """Only that one: the sentences that came before it are kept."""
    translate.faults = {2: fault, 3: fault}
    sound = GttsVoice("en", FAST).synthesise(TEXT)
    assert len(sound.words) == 3
    assert [text[:6] for text, _ in translate.asked] == ["A squa", "All of", "All of", "All of", "That i"]


def test_a_service_that_hangs_is_asked_again_in_time(translate: Translate) -> None:
    translate.faults = {1: "hang"}
    began = time.monotonic()
    assert GttsVoice("en", replace(FAST, seconds=0.5)).synthesise("Some words.").seconds
    assert time.monotonic() - began < 3


def test_to_the_hasty_the_service_says_when(translate: Translate) -> None:
    translate.faults = {1: 429}
    translate.retry_after = "1"
    began = time.monotonic()
    assert GttsVoice("en", FAST).synthesise("Some words.").seconds
    assert 1.0 <= time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("fault", "requests", "message"),
    [
        (403, 1, "voice gtts: the service answered 403 Forbidden"),
        (404, 1, "voice gtts: the service answered 404 Not Found"),
        (500, FAST.attempts, "voice gtts: the service answered 500"),
        ("reset", FAST.attempts, "voice gtts: the service cannot be reached"),
        ("empty", 3, "voice gtts: the service sent no speech"),
        ("silent", 3, "voice gtts: the service sent no speech"),
    ],
)
def test_what_does_not_mend_is_given_up(translate: Translate, store, fault, requests: int, message: str) -> None:
    translate.always = fault
    voice = GttsVoice("en", FAST)
    clip = narrate("Some words.", voice, store)
    assert clip.fault is not None
    assert clip.fault.startswith(message)
    assert len(translate.asked) == requests
    assert store.get_record("narration", clip_key("Some words.", voice)) is None
    translate.always = None
    assert narrate("Some words.", GttsVoice("en", FAST), store).warning is None


def test_nobody_is_there(translate: Translate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gtts.tts._translate_url", lambda tld, path="": f"http://127.0.0.1:1/{path}")  # noqa: ARG005
    with pytest.raises(EnvironmentFault, match="cannot be reached"):
        GttsVoice("en", FAST).synthesise("Some words.")
    assert not translate.asked


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en", "en"), ("en-GB", "en"), ("de-CH", "de"), ("pt-BR", "pt"), ("pt-PT", "pt-PT"), ("fr-CA", "fr-CA"),
        ("fr_FR", "fr"), ("zh", "zh"), ("zh-Hans-CN", "zh-CN"), ("zh-Hant-TW", "zh-TW"), ("zh-tw", "zh-TW"), ("he", "iw"),
        ("nb-NO", "no"), ("fil", "tl"), ("jv", "jw"), ("es-419", "es"), ("yue", "yue"),
    ],
)  # fmt: skip
def test_languages_by_their_bcp_47_codes(translate: Translate, language: str, code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # gTTS warns of codes that it maps by itself
        GttsVoice(language, FAST).synthesise("Eins, zwo.")
    assert translate.asked == [("Eins, zwo.", code)]


@pytest.mark.parametrize("language", ["tlh", "", "x-klingon", "eo"])
def test_a_language_that_the_service_lacks(language: str) -> None:
    with pytest.raises(EnvironmentFault, match="voice gtts: the service speaks no language"):
        GttsVoice(language)


def test_a_clip_from_end_to_end(translate: Translate, store) -> None:
    clip = narrate("By Pythagoras, $a^2 + b^2 = c^2$. So $c = 5$.", GttsVoice("en", FAST), store)
    assert clip.warning is None
    assert [text for text, _ in translate.asked] == [
        "By Pythagoras, A squared plus b squared equals c squared.",
        "So c equals five.",
    ]
    assert [phrase.text for phrase in clip.words] == ["By", "Pythagoras,", "$a^2 + b^2 = c^2$.", "So", "$c = 5$."]
    first_end = clip.words[2].until
    assert clip.words[3].at - first_end > 0.15  # the pause between the sentences belongs to neither
