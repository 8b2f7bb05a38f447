"""The voices of Gemini's speech models, through google-genai: natural, many languages, with a key and at a price.

google-genai is used directly: LangChain's model puts a second header before WAV files, and drops the choice of speaker.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from visium_graph.errors import EnvironmentFault
from visium_graph.models.errors import redacted, told_apart
from visium_graph.settings import gemini_key
from visium_graph.voices.base import Sound
from visium_graph.voices.decoding import NoSoundError, decode
from visium_graph.voices.line import Limits, Trouble
from visium_graph.voices.network import NetworkVoice, SpeechCall
from visium_graph.voices.pauses import sentence_times

if TYPE_CHECKING:
    from google.genai import types

__all__ = ["GeminiVoice"]

_STYLE = "calm and clear, like a good teacher who explains with pleasure"
_STYLE_VERSION = 1
"""Part of the identity of the voice; raised when the style or the form of the request changes."""
_MODEL_VERSION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
_LINE = 160


class GeminiVoice(NetworkVoice):
    """One speaker of one speech model. Nothing is sent before something is spoken.

    The models hear in which language they are written to: none has to be named.

    Args:
        model: such as `gemini-3.8-flash-tts`.
        speaker: name of a prebuilt voice, such as `Kore`.
        language: BCP 47 code, which only tells clips apart.
        base_url: address of another server that speaks the protocol; by default the environment's
            GOOGLE_GEMINI_BASE_URL, or Google's.
        limits: see `NetworkVoice`.
        told: see `NetworkVoice`.

    Raises:
        EnvironmentFault: the package or the key is missing.
    """

    name = "gemini"

    def __init__(
        self,
        model: str,
        speaker: str,
        language: str = "en",
        *,
        base_url: str | None = None,
        limits: Limits | None = None,
        told: Callable[[SpeechCall], None] | None = None,
    ) -> None:
        super().__init__(limits or Limits(), told)
        key = gemini_key()
        if key is None:
            raise EnvironmentFault("voice gemini: no key; set GOOGLE_API_KEY or GEMINI_API_KEY")
        try:
            from google import genai  # noqa: PLC0415  # heavy, and only this voice needs it
            from google.genai import types  # noqa: PLC0415
        except ImportError as error:
            raise EnvironmentFault(f"voice gemini: {error}; install it with `pip install google-genai`") from None
        logger = logging.getLogger("google_genai")
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.ERROR)  # that there are two keys, it would say with every client
        # One attempt: whether and when to ask again is decided here, where the service's own wish is honoured.
        options = types.HttpOptions(base_url=base_url, retry_options=types.HttpRetryOptions(attempts=1))
        self._client = genai.Client(api_key=key, vertexai=False, http_options=options)
        self._model, self._speaker = model.removeprefix("models/"), speaker
        self.identity = f"gemini-{self._model}-{speaker}-{language.lower()}-{_STYLE_VERSION}"

    def close(self, reason: str = "it was stopped") -> None:
        """See `NetworkVoice.close`; connections go too."""
        super().close(reason)
        self._client.close()

    def _ask(self, text: str, seconds: float) -> Sound:
        began = time.monotonic()
        outcome, tokens = "unreachable", (0, 0)
        try:
            answer = self._send(text, seconds)
            outcome, tokens = "empty", _tokens(answer)
            sound = _sound(answer)
            outcome = "ok"
        except Trouble as trouble:
            outcome = "rejected" if not trouble.again else outcome
            raise
        finally:
            self._tell(self._model, outcome, began, tokens)
        return Sound(sound.samples, sound.rate, sentence_times(sound, text))

    def _send(self, text: str, seconds: float) -> types.GenerateContentResponse:
        from google.genai import types  # noqa: PLC0415  # as above

        speaker = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=self._speaker))
        try:
            return self._client.models.generate_content(
                model=self._model,
                contents=[types.Content(role="user", parts=[self._part(text)])],
                config=types.GenerateContentConfig(
                    response_modalities=["AUDIO"],
                    speech_config=types.SpeechConfig(voice_config=speaker),
                    http_options=types.HttpOptions(timeout=round(seconds * 1000)),
                    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
                ),
            )
        except Exception as error:  # noqa: BLE001  # the client raises its own and its HTTP library's; told apart in one place
            raise _trouble(error, seconds) from None

    def _part(self, text: str) -> types.Part:
        """The words, to be read as they stand, and how. Models before 3.8 take the manner from the text itself."""
        from google.genai import types  # noqa: PLC0415  # as above

        release = _MODEL_VERSION.match(self._model)
        if release is not None and (int(release[1]), int(release[2] or 0)) < (3, 8):
            return types.Part(text=f"Read aloud, {_STYLE}: {text}")
        return types.Part(text=text, speech_metadata=types.SpeechMetadata(style=_STYLE))


def _sound(answer: types.GenerateContentResponse) -> Sound:
    """The sound of an answer, whole."""
    if not answer.candidates:
        feedback = answer.prompt_feedback
        reason = feedback.block_reason.value if feedback and feedback.block_reason else "no candidate"
        raise Trouble(f"the service gave no sound ({reason})", heard=True)
    candidate = answer.candidates[0]
    reason = candidate.finish_reason.value if candidate.finish_reason else "no reason given"
    parts = (candidate.content.parts or []) if candidate.content else []
    blobs = [part.inline_data for part in parts if part.inline_data and part.inline_data.data]
    if not blobs:
        raise Trouble(f"the service gave no sound (finish reason {reason})", heard=True)
    if reason != "STOP":
        raise Trouble(f"the service broke off in the middle (finish reason {reason})", heard=True)
    try:
        sounds = [decode(blob.data or b"", blob.mime_type or "") for blob in blobs]
    except NoSoundError as error:
        raise Trouble(f"the service's sound cannot be decoded ({error})", heard=True) from None
    if len({sound.rate for sound in sounds}) != 1:
        raise Trouble("the service's sound changes its rate", heard=True)
    return Sound(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def _tokens(answer: types.GenerateContentResponse) -> tuple[int, int]:
    usage = answer.usage_metadata
    return (usage.prompt_token_count or 0, usage.candidates_token_count or 0) if usage else (0, 0)


def _trouble(error: Exception, seconds: float) -> Trouble:
    """What a failed request says of trying again."""
    fault = told_apart(error)
    said = redacted(str(getattr(error, "message", None) or fault.message)).strip().splitlines()
    message = said[0][:_LINE] if said else type(error).__name__
    if fault.status is not None:
        message = f"the service answered {fault.status}: {message}"
    if fault.kind == "key":
        return Trouble(f"the service does not accept the key in {_key_name()}", again=False)
    if fault.status == 429:
        return Trouble(message, quota=True, again=not _spent_for_long(error), after=fault.wait)
    if fault.status is None:
        timed_out = fault.message == "no answer in time"
        return Trouble(f"no answer within {seconds:.0f} s" if timed_out else f"no whole answer ({message})")
    # A refusal that is none: the model forgot that it only speaks, and wrote.
    return Trouble(message, again=fault.kind == "passing" or "generate text" in message)


def _key_name() -> str:
    return "GOOGLE_API_KEY" if os.environ.get("GOOGLE_API_KEY") else "GEMINI_API_KEY"


def _spent_for_long(error: Exception) -> bool:
    """Whether the quota is one of a day, or there is none at all: waiting a minute does not help."""
    text = str(getattr(error, "details", ""))
    return "PerDay" in text or re.search(r"'quotaValue': '0'", text) is not None
