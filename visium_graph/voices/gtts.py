"""The voice of Google Translate, through gTTS: many languages, no key. The words go to a service that promises nothing.

gTTS neither tries again nor waits for a limited time unless told, sends one request for every hundred characters, and
takes an answer without sound for an empty file. It also does not verify the service's certificate.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound, WordTime
from visium_graph.voices.decoding import NoSoundError, decode
from visium_graph.voices.line import Limits, Trouble
from visium_graph.voices.network import NetworkVoice, SpeechCall
from visium_graph.voices.pauses import sounding
from visium_graph.voices.plausible import checked
from visium_graph.voices.pronunciation import sentences

__all__ = ["PLACES", "GttsVoice"]

PLACES = 4
"""Requests at a time: it is a courtesy, and the service answers 429 to the hasty."""
_CONNECT = 10.0
_CODES = {
    "he": "iw", "jv": "jw", "nb": "no", "nn": "no", "fil": "tl", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "zh-sg": "zh-CN",
    "zh-hk": "zh-TW", "zh-mo": "zh-TW", "cmn": "zh-CN",
}  # fmt: skip
"""BCP 47 -> the service's own code, where they differ."""


class GttsVoice(NetworkVoice):
    """gTTS in one language.

    Args:
        language: BCP 47 code.
        limits: see `NetworkVoice`.
        told: not called: nothing is paid for.

    Raises:
        EnvironmentFault: the package is missing, or the service does not speak the language.
    """

    name = "gtts"

    def __init__(
        self, language: str = "en", limits: Limits | None = None, told: Callable[[SpeechCall], None] | None = None
    ) -> None:
        super().__init__(limits or Limits(), told)
        try:
            from gtts.lang import tts_langs  # type: ignore[import-untyped]  # noqa: PLC0415  # only this voice needs it

            release = version("gTTS")
        except (ImportError, PackageNotFoundError) as error:
            raise EnvironmentFault(f"voice gtts: {error}; install it with `pip install gTTS`") from None
        self._code = _code(language, tts_langs())
        self.identity = f"gtts-{release}-{self._code}"
        self._heard: dict[str, Sound] = {}

    def _ask(self, text: str, seconds: float) -> Sound:
        """Sentence by sentence, which tells their times; those that came before a failure are not asked for again."""
        parts: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
        words: list[WordTime] = []
        at, rate = 0.0, 24000
        spans = [span for span in sentences(text) if any(map(str.isalnum, text[slice(*span)]))]
        for start, end in spans:
            sentence = text[start:end]
            sound = self._heard.get(sentence) or self._sentence(sentence, seconds)
            self._heard[sentence] = sound
            rate = sound.rate
            begin, until = sounding(sound.samples, rate)
            words.append(WordTime(start, end, at + begin, at + until))
            parts.append(sound.samples)
            at += sound.seconds
        for start, end in spans:
            self._heard.pop(text[start:end], None)
        return Sound(np.concatenate(parts) if parts else np.zeros(0, np.float32), rate, tuple(words))

    def _sentence(self, sentence: str, seconds: float) -> Sound:
        from gtts import gTTS, gTTSError  # type: ignore[import-untyped]  # noqa: PLC0415  # as above

        try:
            # The language is known to be right, and gTTS's own look warns of codes that it maps by itself.
            speech = gTTS(sentence, lang=self._code, lang_check=False, timeout=(min(_CONNECT, seconds), seconds))
            pieces = [decode(file) for file in speech.stream()] or [decode(b"")]
            sound = Sound(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
            return checked(sound, sentence)
        except gTTSError as error:
            raise _trouble(error) from None
        except (NoSoundError, EnvironmentFault, UnicodeError, binascii.Error) as error:
            raise Trouble(f"the service sent no speech ({error})", heard=True) from None


def _code(language: str, known: dict[str, str]) -> str:
    """The service's code for a language: of the whole tag, or of its first parts (`de` for `de-CH`)."""
    folded = {code.lower(): code for code in known}
    parts = language.lower().replace("_", "-").split("-")
    for count in range(len(parts), 0, -1):
        tag = "-".join(parts[:count])
        code = folded.get(_CODES.get(tag, tag).lower())
        if code is not None:
            return code
    raise EnvironmentFault(f"voice gtts: the service speaks no language {language!r} (see `gtts-cli --all`)")


def _trouble(error: Exception) -> Trouble:
    """What gTTS met, from the answer that its error carries (none where there was no answer at all)."""
    answer = getattr(error, "rsp", None)
    if answer is None:
        return Trouble("the service cannot be reached, or broke off")
    status = answer.status_code
    if status == 200:
        return Trouble("the service sent no speech (an answer without sound)", heard=True)
    message = f"the service answered {status} {answer.reason}"
    if status == 429:
        told = answer.headers.get("Retry-After", "")
        return Trouble(message, quota=True, after=float(told) if told.isdigit() else None)
    return Trouble(message, again=status >= 500 or status == 408)
