"""A robotic but tiny voice for many languages: the `espeak-ng` program, where it is installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import wave

import numpy as np
from numpy.typing import NDArray

from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound, WordTime
from visium_graph.voices.pronunciation import LETTER_A, sentences

__all__ = ["EspeakVoice"]

_WORDS_PER_MINUTE = 160
_SECONDS = 60.0
"""Limit of one sentence; the program needs a hundredth of the sentence's own length."""


class EspeakVoice:
    """espeak-ng in one language.

    Args:
        language: BCP 47 code, such as `en` or `pt-br`.

    Raises:
        EnvironmentFault: the program is missing or does not know the language.
    """

    name = "espeak"

    def __init__(self, language: str = "en") -> None:
        program = shutil.which("espeak-ng")
        if program is None:
            raise EnvironmentFault("voice espeak: no `espeak-ng` program found; install the package espeak-ng")
        self._program = program
        self._voice = _known_voice(program, language)
        release = re.search(r"\d+(?:\.\d+)+", _run([program, "--version"]).decode("utf-8", "replace"))
        self.identity = f"espeak-{release.group(0) if release else 'unknown'}-{self._voice}-{_WORDS_PER_MINUTE}"

    def synthesise(self, text: str) -> Sound:
        """Speak plain words; times are given sentence by sentence. See `Voice`."""
        parts: list[NDArray[np.float32]] = []
        words: list[WordTime] = []
        at, rate = 0.0, 22050
        for start, end in sentences(text):
            samples, rate = self._sentence(self._spelled(text, start, end))
            sounding = np.flatnonzero(np.abs(samples) > 0.005)
            first, last = (sounding[0], sounding[-1] + 1) if len(sounding) else (0, len(samples))
            words.append(WordTime(start, end, at + first / rate, at + last / rate))
            parts.append(samples)
            at += len(samples) / rate
        return Sound(np.concatenate(parts) if parts else np.zeros(0, np.float32), rate, tuple(words))

    def _spelled(self, text: str, start: int, end: int) -> str:
        """English needs the letter A in phonemes: espeak takes it for the article."""
        if not self._voice.startswith("en"):
            return text[start:end]
        pieces, place = [], start
        for match in LETTER_A.finditer(text, start, end):
            pieces += [text[place : match.start()], "[[eI]]"]
            place = match.end()
        return "".join([*pieces, text[place:end]])

    def _sentence(self, sentence: str) -> tuple[NDArray[np.float32], int]:
        command = [self._program, "-v", self._voice, "-s", str(_WORDS_PER_MINUTE), "-b", "1", "--stdin", "--stdout"]
        output = _run(command, sentence.encode())
        try:
            with wave.open(io.BytesIO(output)) as file:
                # The header of a stream claims an endless length: what came is what there is.
                frames = file.readframes((len(output) - 44) // 2)
                rate = file.getframerate()
        except (wave.Error, EOFError) as error:
            raise EnvironmentFault(f"voice espeak: espeak-ng gave no sound ({error})") from None
        return (np.frombuffer(frames, "<i2") / 32768.0).astype(np.float32), rate


def _known_voice(program: str, language: str) -> str:
    """The program's name for a language: the code itself, or its first part (`de` for `de-ch`)."""
    for code in dict.fromkeys((language.lower(), language.lower().split("-")[0])):
        done = subprocess.run([program, "-v", code, "-q", "x"], capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # an argument list, no shell
        if re.fullmatch(r"[a-z0-9-]{2,16}", code) and done.returncode == 0:
            return code
    raise EnvironmentFault(f"voice espeak: espeak-ng knows no language {language!r} (see `espeak-ng --voices`)")


def _run(command: list[str], given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603  # an argument list, no shell
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise EnvironmentFault(f"voice espeak: espeak-ng failed ({said[-1] if said else error.returncode})") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFault(f"voice espeak: espeak-ng did not run ({error})") from None
    return done.stdout
