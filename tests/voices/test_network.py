"""What holds for every voice of a service, with one that does as it is told."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.voices.conftest import FAST, tone
from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound
from visium_graph.voices.line import Limits, Line, Trouble
from visium_graph.voices.network import NetworkVoice, SpeechCall, speaking_scene

GOOD = Sound(tone(1.0, 24000), 24000)


class Told(NetworkVoice):
    """Gives these in turn: sounds, troubles to raise, or None for an answer that never comes."""

    name = identity = "told"

    def __init__(self, *answers: Sound | Exception | None, limits: Limits = FAST, **options) -> None:
        super().__init__(limits, **options)
        self.answers, self.asked, self.never = list(answers), 0, threading.Event()

    def _ask(self, text: str, seconds: float) -> Sound:  # noqa: ARG002
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if answer is None:
            self.never.wait(20)
        if isinstance(answer, Exception):
            raise answer
        return answer or GOOD


def test_a_call_that_never_ends_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its own timeout thinks: an answer may trickle in byte by byte."""
    monkeypatch.setattr("visium_graph.voices.network._SLACK", 0.1)
    voice = Told(None, GOOD, limits=replace(FAST, seconds=0.2))
    began = time.monotonic()
    assert voice.synthesise("Some few words.") is GOOD
    assert 0.3 <= time.monotonic() - began < 1.5
    voice.never.set()


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(24000), np.full(24000, np.nan), tone(60, 24000)])
def test_every_answer_is_listened_to(samples: np.ndarray) -> None:
    voice = Told(Sound(samples.astype(np.float32), 24000), GOOD)
    assert voice.synthesise("Some few words.") is GOOD
    assert voice.asked == 2


def test_an_error_of_our_own_is_no_trouble_of_the_service() -> None:
    voice = Told(ZeroDivisionError("a mistake in the code"))
    with pytest.raises(ZeroDivisionError):
        voice.synthesise("Some few words.")
    assert voice.asked == 1


def test_calls_know_whose_words_they_carry() -> None:
    seen: list[SpeechCall] = []

    class Telling(Told):
        def _ask(self, text: str, seconds: float) -> Sound:
            self._tell("model", "ok", time.monotonic(), (1, 2))
            return super()._ask(text, seconds)

    token = speaking_scene.set("intro")
    try:
        Telling(GOOD, told=seen.append).synthesise("Some few words.")
    finally:
        speaking_scene.reset(token)
    assert [(call.scene, call.input_tokens, call.output_tokens) for call in seen] == [("intro", 1, 2)]


def test_pauses_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(Line, "pause", lambda _self, seconds: pauses.append(seconds))
    limits = Limits(attempts=8, places=20, first_pause=1.0, longest_pause=10.0)
    with pytest.raises(EnvironmentFault, match="voice told: out of order"):
        Told(Trouble("out of order"), limits=limits).synthesise("Some few words.")
    waited = [pause for pause in pauses if pause > 0]
    assert len(waited) == 7
    for pause, longest in zip(waited, [1, 2, 4, 8, 10, 10, 10], strict=True):
        assert longest / 2 <= pause <= longest


def test_the_line_is_cut_once() -> None:
    line = Line(FAST)
    line.cut_off("first")
    line.cut_off("second")
    line.failed(Trouble("third", again=False))
    assert line.reason == "first"
