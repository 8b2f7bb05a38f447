"""Voices: engines that speak the narration. Where one cannot be had, or fails, the next of its chain speaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from visium_graph.errors import EnvironmentFault
from visium_graph.settings import Settings
from visium_graph.voices.base import Phrase, Sound, Voice, WordTime
from visium_graph.voices.line import Limits
from visium_graph.voices.narrate import Narration, narrate
from visium_graph.voices.network import NetworkVoice, SpeechCall
from visium_graph.voices.speech import Span, Speech, speak

__all__ = [
    "Narration",
    "NetworkVoice",
    "Phrase",
    "Sound",
    "Span",
    "Speech",
    "SpeechCall",
    "Voice",
    "VoiceStatus",
    "WordTime",
    "list_voices",
    "load_voice",
    "narrate",
    "speak",
    "voice_chain",
    "voice_for",
    "voice_names",
]

Told = Callable[[SpeechCall], None]


def _gemini(language: str, settings: Settings, told: Told | None) -> NetworkVoice:
    from visium_graph.voices.gemini import GeminiVoice  # noqa: PLC0415  # an engine is imported when it is asked for

    # The address belongs to the provider of the crew's model: another provider's is no place for these requests.
    base_url = settings.base_url if settings.model.startswith("google_genai:") else None
    limits = Limits.of(settings, places=settings.concurrent_calls)
    return GeminiVoice(settings.tts_model, settings.tts_voice, language, base_url=base_url, limits=limits, told=told)


def _gtts(language: str, settings: Settings, told: Told | None) -> NetworkVoice:
    from visium_graph.voices.gtts import PLACES, GttsVoice  # noqa: PLC0415

    return GttsVoice(language, Limits.of(settings, places=PLACES), told)


def _hibari(language: str) -> Voice:
    if not _is_english(language):
        raise EnvironmentFault(f"voice hibari: speaks English only, not {language!r}")
    from visium_graph.voices.hibari import HibariVoice  # noqa: PLC0415

    return HibariVoice()


def _espeak(language: str) -> Voice:
    from visium_graph.voices.espeak import EspeakVoice  # noqa: PLC0415

    return EspeakVoice(language)


def _silent(_language: str) -> Voice:
    from visium_graph.voices.silent import SilentVoice  # noqa: PLC0415

    return SilentVoice()


_SERVICES: dict[str, Callable[[str, Settings, Told | None], NetworkVoice]] = {"gemini": _gemini, "gtts": _gtts}
"""Made for each video: they remember how the service does."""
_ENGINES: dict[str, Callable[[str], Voice]] = {"hibari": _hibari, "espeak": _espeak, "silent": _silent}
"""On this machine, in the order in which they follow one another. Loaded once a process."""
_ABOUT = {
    "gemini": "natural, Gemini's speech models: network, key, costs; many languages",
    "gtts": "plain, Google Translate: network, no key; many languages",
    "hibari": "natural, offline, English",
    "espeak": "robotic, offline, many languages (the espeak-ng program)",
    "silent": "no sound: silence as long as the words would take",
}

_loaded: dict[tuple[str, str], Voice] = {}
_loading = threading.Lock()


@dataclass(frozen=True)
class VoiceStatus:
    """One line of `visium voices`."""

    name: str
    available: bool
    detail: str
    """What it is; where it is not available, why and how to mend that."""


def voice_names() -> list[str]:
    """All voices: those of the network, then those of this machine in the order in which they follow one another."""
    return [*_SERVICES, *_ENGINES]


def voice_chain(first: str, language: str = "en") -> list[str]:
    """The voices to try for a language, in order; the last one always speaks (if only silence).

    Nothing goes to the network that was not asked to: a voice of this machine is never followed by a service. After
    Gemini comes the offline voice where it speaks the language, because it sounds better than Google Translate and cannot
    fail; for other languages Google Translate comes in between, to which the words are no more foreign than to Gemini.
    """
    offline = list(_ENGINES)
    if first in offline:
        return offline[offline.index(first) :]
    if _is_english(language):
        return [first, *offline]
    between = ["gtts"] if first == "gemini" else []
    return [first, *between, *(name for name in offline if name != "hibari")]


def voice_for(settings: Settings, language: str = "en", told: Told | None = None) -> tuple[Voice, list[str]]:
    """The voice that was asked for, or the next one that loads. Nothing is sent over the network yet.

    Args:
        settings: `settings.voice` names the first to try.
        language: BCP 47 code of the narration.
        told: called after each call to a service that asks for money.

    Returns:
        The voice, and a line for the user about each that could not be had.
    """
    warnings: list[str] = []
    for name in voice_chain(settings.voice, language):
        try:
            voice = load_voice(name, settings, language, told)
        except EnvironmentFault as fault:
            warnings.append(str(fault))
            continue
        if warnings:
            warnings[-1] += f"; the voice {name!r} speaks instead"
        return voice, warnings
    raise EnvironmentFault(
        "no voice could be loaded: " + "; ".join(warnings)
    )  # pragma: no cover  # silence always loads


def list_voices(settings: Settings | None = None, language: str = "en") -> list[VoiceStatus]:
    """Every voice with whether it can be had here, for `visium voices`. Asks no service."""
    settings = settings or Settings()
    statuses = []
    for name in voice_names():
        try:
            voice = load_voice(name, settings, language)
        except EnvironmentFault as fault:
            statuses.append(VoiceStatus(name, available=False, detail=str(fault)))
            continue
        statuses.append(VoiceStatus(name, available=True, detail=_ABOUT[name]))
        if isinstance(voice, NetworkVoice):
            voice.close()
    return statuses


def load_voice(name: str, settings: Settings, language: str = "en", told: Told | None = None) -> Voice:
    """The voice of that name, ready to speak.

    Raises:
        EnvironmentFault: it cannot be had here, or does not speak the language; the message says what to do.
    """
    if name in _SERVICES:
        return _SERVICES[name](language, settings, told)
    # One lock for all: an engine must not be loaded twice by two scenes that begin together.
    with _loading:
        voice = _loaded.get((name, language))
        if voice is None:
            voice = _loaded[name, language] = _ENGINES[name](language)
        return voice


def _is_english(language: str) -> bool:
    return language.lower().replace("_", "-").split("-")[0] == "en"
