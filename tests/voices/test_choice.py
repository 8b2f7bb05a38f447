"""Which voice is chosen, and what is said of each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from visium_graph import doctor
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.settings import Settings, load_settings
from visium_graph.voices import list_voices, load_voice


@pytest.mark.parametrize("given", ["gtts", "GTTS", " Gemini ", "espeak", "hibari", "silent"])
def test_tts_provider_names_the_voice(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TTS_PROVIDER", given)
    assert Settings().voice == load_settings().voice == given.strip().lower()


def test_who_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("voice: silent\nquality: draft\n")
    assert load_settings(config).voice == "silent"
    monkeypatch.setenv("TTS_PROVIDER", "")  # empty counts as not set
    assert load_settings(config).voice == "silent"
    monkeypatch.setenv("TTS_PROVIDER", "gtts")
    assert (load_settings(config).voice, load_settings(config).quality) == ("gtts", "draft")
    monkeypatch.setenv("VISIUM_VOICE", "espeak")
    assert load_settings(config).voice == "espeak"
    assert load_settings(config, voice="gemini").voice == "gemini"


def test_a_wrong_one_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TTS_PROVIDER", "elevenlabs")
    with pytest.raises(InputError, match=r"TTS_PROVIDER=elevenlabs: no such voice \(voices: gemini, gtts, hibari"):
        load_settings()
    assert load_settings(voice="silent").voice == "silent"  # nobody asks it
    done = subprocess.run(
        [sys.executable, "-m", "visium_graph", "make", "bayes", "-o", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("visium: TTS_PROVIDER=elevenlabs: no such voice")
    assert not (tmp_path / "run").exists()


def test_the_list_says_what_is_missing_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No service is there to be asked: a request would end in an error of the test's closed sockets."""
    status = {line.name: line for line in list_voices()}
    assert list(status) == ["gemini", "gtts", "hibari", "espeak", "silent"]
    assert not status["gemini"].available
    assert status["gemini"].detail == "voice gemini: no key; set GOOGLE_API_KEY or GEMINI_API_KEY"
    assert status["gtts"].available
    monkeypatch.setenv("GEMINI_API_KEY", "some-key")
    status = {line.name: line for line in list_voices()}
    assert status["gemini"].available
    assert "some-key" not in status["gemini"].detail


@pytest.mark.parametrize(
    ("settings", "environment", "address"),
    [
        ({"base_url": "http://127.0.0.1:7/"}, None, "http://127.0.0.1:7/"),
        ({"base_url": "http://127.0.0.1:7/"}, "http://127.0.0.1:8/", "http://127.0.0.1:7/"),
        ({}, "http://127.0.0.1:8/", "http://127.0.0.1:8/"),
        # Another provider's address is no place for Gemini's requests and key.
        (
            {"base_url": "http://127.0.0.1:7/v1", "model": "openai:gpt"},
            None,
            "https://generativelanguage.googleapis.com/",
        ),
    ],
)
def test_where_gemini_is_asked(monkeypatch: pytest.MonkeyPatch, settings, environment, address: str) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "some-key")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    if environment is not None:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", environment)
    voice = load_voice("gemini", Settings(**settings))
    assert voice._client._api_client._http_options.base_url == address
    voice.close()


def test_without_its_package_a_voice_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gtts.lang", None)
    with pytest.raises(EnvironmentFault, match="pip install gTTS"):
        load_voice("gtts", Settings())
    monkeypatch.setenv("GOOGLE_API_KEY", "some-key")
    monkeypatch.setitem(sys.modules, "google.genai", None)
    monkeypatch.delattr("google.genai", raising=False)
    with pytest.raises(EnvironmentFault, match="pip install google-genai"):
        load_voice("gemini", Settings())


def test_the_doctor_looks_at_a_chosen_service(monkeypatch: pytest.MonkeyPatch) -> None:
    check = doctor._chosen_voice(Settings(voice="gemini"))
    assert check.ok is None  # a video is made without it
    assert "set GOOGLE_API_KEY" in check.detail
    monkeypatch.setenv("GOOGLE_API_KEY", "some-key")
    assert doctor._chosen_voice(Settings(voice="gemini")).ok
    assert doctor._chosen_voice(Settings(voice="gtts")).ok
