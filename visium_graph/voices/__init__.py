"""Voices: engines that speak the narration, tried in order until one loads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from visium_graph.errors import EnvironmentFault
from visium_graph.settings import Settings
from visium_graph.voices.base import Phrase, Sound, Voice, WordTime
from visium_graph.voices.narrate import Narration, narrate
from visium_graph.voices.speech import Span, Speech, speak

__all__ = [
    "Narration",
    "Phrase",
    "Sound",
    "Span",
    "Speech",
    "Voice",
    "VoiceStatus",
    "WordTime",
    "list_voices",
    "narrate",
    "speak",
    "voice_for",
    "voice_names",
]


def _hibari(language: str) -> Voice:
    if not language.lower().startswith("en"):
        raise EnvironmentFault(f"voice hibari: speaks English only, not {language!r}")
    from visium_graph.voices.hibari import HibariVoice  # noqa: PLC0415  # an engine is imported when it is asked for

    return HibariVoice()


def _espeak(language: str) -> Voice:
    from visium_graph.voices.espeak import EspeakVoice  # noqa: PLC0415

    return EspeakVoice(language)


def _silent(_language: str) -> Voice:
    from visium_graph.voices.silent import SilentVoice  # noqa: PLC0415

    return SilentVoice()


_ENGINES: dict[str, Callable[[str], Voice]] = {"hibari": _hibari, "espeak": _espeak, "silent": _silent}
"""In the order in which they follow one another."""
_ABOUT = {
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
    """All voices, in the order in which they follow one another."""
    return list(_ENGINES)


def voice_for(settings: Settings, language: str = "en") -> tuple[Voice, list[str]]:
    """The voice that was asked for, or the next one that loads. Engines are loaded once a process.

    Args:
        settings: `settings.voice` names the first to try.
        language: BCP 47 code of the narration.

    Returns:
        The voice, and a line for the user about each that could not be had.
    """
    warnings: list[str] = []
    names = voice_names()
    for name in names[names.index(settings.voice) :]:
        try:
            voice = _load(name, language)
        except EnvironmentFault as fault:
            warnings.append(str(fault))
            continue
        if warnings:
            warnings[-1] += f"; the voice {name!r} speaks instead"
        return voice, warnings
    raise EnvironmentFault(
        "no voice could be loaded: " + "; ".join(warnings)
    )  # pragma: no cover  # silence always loads


def list_voices(language: str = "en") -> list[VoiceStatus]:
    """Every voice with whether it works here, for `visium voices`."""
    statuses = []
    for name in voice_names():
        try:
            _load(name, language)
        except EnvironmentFault as fault:
            statuses.append(VoiceStatus(name, available=False, detail=str(fault)))
        else:
            statuses.append(VoiceStatus(name, available=True, detail=_ABOUT[name]))
    return statuses


def _load(name: str, language: str) -> Voice:
    # One lock for all: an engine must not be loaded twice by two scenes that begin together.
    with _loading:
        voice = _loaded.get((name, language))
        if voice is None:
            voice = _loaded[name, language] = _ENGINES[name](language)
        return voice
