"""The default voice: hibari, 14 MB, offline, English.

hibari's network predicts a duration for every phoneme but does not return it. Its graph node is made an output here,
so every word has its time to 25 ms.
"""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound, WordTime
from visium_graph.voices.pronunciation import LETTER_A, NAMES, sentences

__all__ = ["HibariVoice"]

_UNIT = 0.025
"""Seconds of one unit of the predicted durations."""
_DURATIONS = "/Round_output_0"
_SPECTRA = 6
"""Outputs of the network as it comes."""
_LONGEST = 360
"""Phonemes the network takes in at a time; its own limit is near 510."""
_GAP = 0.16
"""Silence put between sentences, seconds; what the network leaves at their ends comes on top of it."""
_LEAD_UNITS = 2
"""Units of silence that stay before a sentence; the network begins with about twelve."""
_BREAKS = ".!?;:,"


@dataclass(frozen=True)
class _Token:
    """A word or sign of the text and its phonemes (with the space that follows)."""

    start: int
    end: int
    phonemes: str


class HibariVoice:
    """hibari's bundled voice `heart` (American English, female).

    Raises:
        EnvironmentFault: the package is missing or its model cannot be loaded.
    """

    name = "hibari"

    def __init__(self) -> None:
        try:
            import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415  # heavy, and only this voice needs it
            from hibari import Hibari  # noqa: PLC0415

            self._engine: Any = Hibari()
            release = version("hibari-tts")
            self._session = _timed_session(onnxruntime, self._engine)
        except (ImportError, PackageNotFoundError) as error:
            raise EnvironmentFault(f"voice hibari: {error}; install it with `pip install hibari-tts`") from None
        except _engine_errors() as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise EnvironmentFault(
                f"voice hibari: its model cannot be loaded ({first}); reinstall hibari-tts"
            ) from None
        self.identity = f"hibari-{release}-heart"
        self._lock = threading.Lock()

    def synthesise(self, text: str) -> Sound:
        """Speak plain English words; times are given word by word. See `Voice`."""
        parts: list[NDArray[np.float32]] = []
        words: list[WordTime] = []
        at = 0.0
        for start, end in sentences(text):
            for chunk in _chunks(self._tokens(text, start, end)):
                samples, times = self._speak_chunk(chunk)
                words += [WordTime(word.start, word.end, word.at + at, word.until + at) for word in times]
                parts.append(samples)
                at += len(samples) / self._engine.sample_rate
            parts.append(np.zeros(round(_GAP * self._engine.sample_rate), np.float32))
            at += len(parts[-1]) / self._engine.sample_rate
        samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        return Sound(samples.astype(np.float32), self._engine.sample_rate, tuple(words))

    def _tokens(self, text: str, start: int, end: int) -> list[_Token]:
        """Phonemes token by token, each with its place in the text."""
        sentence = text[start:end]
        letters = {match.start() for match in LETTER_A.finditer(text, start, end)}
        with self._lock:  # the lexicon and tagger make no promise about threads
            g2p = self._engine.g2p
            tokens = g2p.tokenize(sentence)
            place = 0
            for token in tokens:
                place = max(sentence.find(token.text, place), place)
                if token.text in NAMES:
                    token.phonemes = NAMES[token.text]
                elif token.text == "A" and start + place in letters:
                    token.phonemes = "ˈA"
                place += len(token.text)
            spoken = g2p.phonemize_tokens(tokens)
        found: list[_Token] = []
        place = 0
        for token in spoken:
            here = sentence.find(token.text, place)
            here = place if here < 0 else here
            place = here + len(token.text) if sentence.startswith(token.text, here) else here
            phonemes = (token.phonemes or "") + (" " if token.whitespace else "")
            found.append(_Token(start + here, start + max(place, here), phonemes))
        if found and sentence[-1] in _BREAKS and not found[-1].phonemes.strip().endswith(tuple(_BREAKS)):
            # "c." is taken for an abbreviation and loses the stop, and with it the fall of the voice.
            last = found[-1]
            found[-1] = _Token(last.start, last.end, last.phonemes.rstrip() + sentence[-1])
        return found

    def _speak_chunk(self, chunk: list[_Token]) -> tuple[NDArray[np.float32], list[WordTime]]:
        """Sound of one chunk, and the times of its words in seconds from the chunk's start."""
        from hibari import dsp  # noqa: PLC0415  # heavy, and only this voice needs it

        vocabulary = self._engine.vocab
        ids = [0]
        bounds = []
        for token in chunk:
            first = len(ids)
            ids += [vocabulary[sign] for sign in token.phonemes if sign in vocabulary]
            bounds.append((first, len(ids)))
        ids.append(0)
        if len(ids) < 3:
            return np.zeros(0, np.float32), []
        feeds = {"ids": np.asarray([ids], np.int64), "speed": np.ones(1, np.float32)}
        try:
            outputs = self._session.run(None, feeds)
        except _engine_errors() as error:
            raise EnvironmentFault(f"voice hibari: its model failed ({str(error).splitlines()[0]})") from None
        spectra, durations = outputs[:_SPECTRA], outputs[_SPECTRA:]
        # A fixed seed: the same words sound the same on every machine and in every run.
        samples = dsp.synth(*(part[0] for part in spectra), np.random.default_rng(0))
        if not durations:
            return samples, [WordTime(chunk[0].start, chunk[-1].end, 0.0, len(samples) / self._engine.sample_rate)]
        units = np.maximum(np.asarray(durations[0], np.float64).reshape(-1), 1.0)
        cut = max(units[0] - _LEAD_UNITS, 0.0)
        edges = (np.concatenate([[0.0], np.cumsum(units)]) - cut) * _UNIT
        samples = samples[round(cut * _UNIT * self._engine.sample_rate) :]
        times = []
        for token, (first, last) in zip(chunk, bounds, strict=True):
            if any(sign.isalpha() for sign in token.phonemes):
                sounding = last - (len(token.phonemes) - len(token.phonemes.rstrip(_BREAKS + " ")))
                times.append(
                    WordTime(
                        token.start, token.end, max(float(edges[first]), 0.0), float(edges[max(sounding, first + 1)])
                    )
                )
        return samples, times


def _chunks(tokens: list[_Token]) -> list[list[_Token]]:
    """Tokens in runs that the network can take, cut at punctuation where there is some, else between words."""
    chunks: list[list[_Token]] = []
    current: list[_Token] = []
    for token in tokens:
        if current and sum(len(piece.phonemes) for piece in current) + len(token.phonemes) > _LONGEST:
            stops = [
                place + 1 for place, piece in enumerate(current) if piece.phonemes.strip().endswith(tuple(_BREAKS))
            ]
            cut = stops[-1] if stops and stops[-1] > len(current) // 3 else len(current)
            chunks.append(current[:cut])
            current = current[cut:]
        current.append(_Token(token.start, token.end, token.phonemes[:_LONGEST]))
    return [*chunks, current] if current else chunks


def _extra_output(node: str) -> bytes:
    """Protocol-buffer bytes that, appended to an ONNX model, add a float output of this name to its graph.

    Parts of a message that come twice are merged on reading, so no ONNX library is needed to edit the model.
    """

    def part(field: int, content: bytes) -> bytes:
        return bytes([field << 3 | 2, len(content)]) + content

    tensor = part(1, bytes([1 << 3, 1]))  # TypeProto.tensor_type.elem_type = FLOAT
    value = part(1, node.encode()) + part(2, tensor)  # ValueInfoProto.name, .type
    return part(7, part(12, value))  # ModelProto.graph, GraphProto.output


def _timed_session(onnxruntime: Any, engine: Any) -> Any:
    """A session of the engine's model that also returns the durations; the engine's own where they cannot be had."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    model = Path(engine.model_path).read_bytes() + _extra_output(_DURATIONS)
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _engine_errors():
        return engine.sess  # another release, whose graph names its nodes otherwise: it speaks, with sentence times


def _engine_errors() -> tuple[type[Exception], ...]:
    """What loading or running a model raises; the exceptions of onnxruntime share no base class."""
    general = (OSError, ValueError, RuntimeError)
    try:
        from onnxruntime.capi import onnxruntime_pybind11_state as state  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        return general
    return (
        *general,
        state.Fail,
        state.InvalidProtobuf,
        state.InvalidGraph,
        state.NoSuchFile,
        state.RuntimeException,
        state.NotImplemented,
    )
