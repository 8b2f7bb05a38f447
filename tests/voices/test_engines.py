from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from visium_graph import voices
from visium_graph.errors import EnvironmentFault
from visium_graph.run import Store
from visium_graph.settings import Settings
from visium_graph.voices import list_voices, narrate, voice_for, voice_names
from visium_graph.voices.espeak import EspeakVoice
from visium_graph.voices.hibari import HibariVoice, _extra_output
from visium_graph.voices.pronunciation import LETTER_A, sentences

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def hibari() -> HibariVoice:
    return HibariVoice()


def level_db(samples: np.ndarray, rate: int, start: float, end: float) -> float:
    part = samples[round(start * rate) : round(end * rate)]
    return float(20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9))


def test_every_word_has_its_time(hibari: HibariVoice) -> None:
    text = "The area of the square equals A squared, and that is all. Now comes another sentence."
    sound = hibari.synthesise(text)
    said = [text[word.start : word.end] for word in sound.words]
    assert said == text.replace(",", "").replace(".", "").split()
    edges = [moment for word in sound.words for moment in (word.at, word.until)]
    assert edges == sorted(edges)
    assert edges[-1] <= sound.seconds
    # Measured against the sound itself: words are loud, the pauses at punctuation are not.
    loud = [level_db(sound.samples, sound.rate, word.at, word.until) for word in sound.words]
    assert min(loud) > -45
    by_word = {text[word.start : word.end]: word for word in sound.words}
    assert level_db(sound.samples, sound.rate, by_word["all"].until + 0.15, by_word["Now"].at - 0.05) < -55


def test_a_word_after_a_pause_begins_where_its_sound_does(hibari: HibariVoice) -> None:
    text = "Take the first number. Divide it by two. Take the rest. Go on."
    sound = hibari.synthesise(text)
    window = round(0.005 * sound.rate)
    level = np.sqrt(np.mean(sound.samples[: len(sound.samples) // window * window].reshape(-1, window) ** 2, axis=1))
    for start, _ in sentences(text):
        at = next(word.at for word in sound.words if word.start == start)
        onset = np.flatnonzero(level[round((at - 0.2) / 0.005) if at > 0.2 else 0 :] > 0.01)[0] * 0.005 + max(
            at - 0.2, 0
        )
        assert onset == pytest.approx(at, abs=0.1)


def test_the_same_words_sound_the_same(hibari: HibariVoice) -> None:
    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(hibari.synthesise, ["One and two make three."] * 3)
    assert all(np.array_equal(first.samples, other.samples) for other in others)


@pytest.mark.parametrize("text", ["word " * 400, "clause, " * 200, "Antidisestablishmentarianism" * 30, "One. " * 60])
def test_long_text_does_not_fail(hibari: HibariVoice, text: str) -> None:
    sound = hibari.synthesise(text.strip())
    assert sound.seconds > 5
    assert np.all(np.isfinite(sound.samples))
    assert sound.words[-1].end >= len(text.strip()) - 2


def test_a_model_without_the_durations_still_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visium_graph.voices.hibari._DURATIONS", "/no/such/node")
    sound = HibariVoice().synthesise("It speaks. With sentence times.")
    assert [(word.start, word.end) for word in sound.words] == [(0, 10), (11, 31)]
    assert sound.words[-1].until == pytest.approx(sound.seconds, abs=0.2)


def test_the_letter_a_is_told_from_the_article() -> None:
    def letters(text: str) -> list[int]:
        return [match.start() for match in LETTER_A.finditer(text)]

    assert letters("A squared plus A is A.") == [0, 15, 20]
    assert letters("A dog. A cat runs. The set A, and A union b.") == [27, 34]
    assert letters("A, b and c.") == [0]


def test_extra_output_is_valid_protobuf() -> None:
    data = _extra_output("/x")
    assert data[0] == 7 << 3 | 2  # ModelProto.graph
    assert data[1] == len(data) - 2
    assert b"/x" in data


@needs_espeak
def test_espeak_speaks_many_languages() -> None:
    for language, text in (("en", "A squared is four. Yes."), ("de-AT", "Der Satz gilt immer.")):
        sound = EspeakVoice(language).synthesise(text)
        assert sound.seconds > 0.8
        assert np.abs(sound.samples).max() > 0.05
        assert len(sound.words) == text.count(".")


@needs_espeak
@pytest.mark.parametrize("language", ["xx", "--help", ""])
def test_espeak_refuses_what_it_does_not_know(language: str) -> None:
    with pytest.raises(EnvironmentFault, match="knows no language"):
        EspeakVoice(language)


def test_espeak_missing_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(EnvironmentFault, match="install the package espeak-ng"):
        EspeakVoice()


def test_the_chain_goes_on_where_a_voice_cannot_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_language: str) -> voices.Voice:
        raise EnvironmentFault("voice hibari: gone")

    monkeypatch.setattr(voices, "_loaded", {})
    monkeypatch.setitem(voices._ENGINES, "hibari", missing)
    monkeypatch.setitem(voices._ENGINES, "espeak", missing)
    voice, warnings = voice_for(Settings(voice="hibari"))
    assert voice.name == "silent"
    assert warnings[-1].endswith("the voice 'silent' speaks instead")
    assert len(warnings) == 2
    status = {line.name: line for line in list_voices()}
    assert (status["hibari"].available, status["silent"].available) == (False, True)
    assert status["hibari"].detail == "voice hibari: gone"


def test_an_engine_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []

    def load(language: str) -> voices.Voice:
        loads.append(language)
        return voices._silent(language)

    monkeypatch.setattr(voices, "_loaded", {})
    monkeypatch.setitem(voices._ENGINES, "hibari", load)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: voice_for(Settings())[0], range(12)))
    assert len(loads) == 1
    assert len(set(map(id, found))) == 1


def test_names_are_in_the_order_of_the_chain() -> None:
    assert voice_names() == ["gemini", "gtts", "hibari", "espeak", "silent"]


def test_a_language_hibari_lacks_goes_to_the_next_voice() -> None:
    voice, warnings = voice_for(Settings(voice="hibari"), "de")
    assert voice.name in {"espeak", "silent"}
    assert "English only" in warnings[0]


def test_a_lecture_sentence_from_end_to_end(tmp_path, hibari: HibariVoice) -> None:
    clip = narrate("By Pythagoras, $a^2 + b^2 = c^2$; so $c = 5$.", hibari, Store(tmp_path))
    assert clip.warning is None
    assert 3 < clip.seconds < 7
    assert [word.text for word in clip.words] == ["By", "Pythagoras,", "$a^2 + b^2 = c^2$;", "so", "$c = 5$."]
    assert clip.words[2].until - clip.words[2].at > 1.5
