"""Voices that a service on the network speaks: each call tried again where that helps, watched, and given up in time."""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.stop import stop_base

from visium_graph.errors import EnvironmentFault
from visium_graph.voices.base import Sound
from visium_graph.voices.line import Limits, Line, Trouble
from visium_graph.voices.plausible import checked
from visium_graph.voices.silent import spoken_seconds

__all__ = ["NetworkVoice", "SpeechCall", "speaking_scene"]

speaking_scene: ContextVar[str | None] = ContextVar("speaking_scene", default=None)
"""Id of the scene whose beat is being spoken, for the ledger of calls."""

_UNHEARD = 3
"""Tries of words for which the service gives something that is no speech."""
_SLACK = 2.0
"""Seconds that a call's own timeout has to strike before its thread is left alone."""


@dataclass(frozen=True)
class SpeechCall:
    """One call to a service that asks for money, for the ledger of the run."""

    model: str
    scene: str | None
    outcome: str
    """`ok`, `empty` (no sound, or half of it), `unreachable` (no whole answer, or a busy service), or `rejected`."""
    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0


class NetworkVoice(ABC):
    """A voice for one video. `close` it when all is spoken: whoever still waits for it wakes at once.

    Args:
        limits: how long, how often and how much at a time the service is asked.
        told: called after each call that may cost, from any thread.
    """

    name: str
    identity: str

    def __init__(self, limits: Limits, told: Callable[[SpeechCall], None] | None = None) -> None:
        self._limits = limits
        self._line = Line(limits)
        self._told = told

    @property
    def places(self) -> int:
        """Calls that may be in flight at a time."""
        return self._limits.places

    @abstractmethod
    def _ask(self, text: str, seconds: float) -> Sound:
        """Ask the service once.

        Args:
            text: plain words.
            seconds: to wait at most.

        Raises:
            Trouble: no sound came, or none that can be decoded.
        """

    def close(self, reason: str = "it was stopped") -> None:
        """End every wait and let no further call out."""
        self._line.cut_off(reason)

    def synthesise(self, text: str) -> Sound:
        """Speak plain words; a call that fails is tried again where that can help. See `Voice`."""
        retrying = Retrying(
            retry=retry_if_exception_type(Trouble),
            stop=_Tries(self._limits.attempts, self._line),
            wait=self._wait,
            sleep=self._line.pause,
            reraise=True,
        )
        try:
            return retrying(self._attempt, text)
        except Trouble as trouble:
            raise EnvironmentFault(f"voice {self.name}: {self._line.reason or trouble}") from None

    def _wait(self, state: RetryCallState) -> float:
        """Seconds before the next try. A quota's rest is kept by the line, for all calls."""
        if _trouble_of(state).quota:
            return 0.0
        pause = min(self._limits.first_pause * 2.0 ** (state.attempt_number - 1), self._limits.longest_pause)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311  # spreads calls in time, guards nothing

    def _attempt(self, text: str) -> Sound:
        self._line.take_turn()
        if self._line.reason is not None:
            raise Trouble(self._line.reason)
        try:
            sound = self._speech(text)
        except Trouble as trouble:
            self._line.failed(trouble)
            raise
        self._line.worked()
        return sound

    def _speech(self, text: str) -> Sound:
        # Long words take long to say; short ones that take long will not come at all.
        seconds = min(self._limits.seconds, 20.0 + 2.0 * spoken_seconds(text))
        sound = self._watched(text, seconds)
        try:
            return checked(sound, text)
        except EnvironmentFault as fault:
            raise Trouble(str(fault), heard=True) from None

    def _watched(self, text: str, seconds: float) -> Sound:
        """The answer to one call, made in a thread that is left alone where it does not end in time.

        A client's timeout counts from byte to byte: an answer that trickles in would hold a beat for hours. And an
        interrupted run must not wait for a service; daemon threads do not keep a process.
        """
        answer: Future[Sound] = Future()

        def call() -> None:
            try:
                answer.set_result(self._ask(text, seconds))
            except BaseException as error:  # noqa: BLE001  # a future carries whatever its work raised
                answer.set_exception(error)

        threading.Thread(target=copy_context().run, args=(call,), name=f"visium-{self.name}", daemon=True).start()
        waiting: set[Future[Any]] = {answer, self._line.cut}
        wait(waiting, timeout=seconds + _SLACK, return_when=FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if self._line.reason is not None:
            raise Trouble(self._line.reason)
        raise Trouble(f"no answer within {seconds:.0f} s")

    def _tell(self, model: str, outcome: str, began: float, tokens: tuple[int, int] = (0, 0)) -> None:
        if self._told is not None:
            spent = round(time.monotonic() - began, 3)
            self._told(SpeechCall(model, speaking_scene.get(), outcome, spent, *tokens))


class _Tries(stop_base):
    """When the same words are given up: a quota is no fault of theirs, and speech that is none may cost."""

    def __init__(self, attempts: int, line: Line) -> None:
        self._attempts, self._line = attempts, line
        self._failed = self._unheard = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        trouble = _trouble_of(retry_state)
        self._failed += not trouble.quota
        self._unheard += trouble.heard
        return self._failed >= self._attempts or self._unheard >= _UNHEARD or self._line.reason is not None


def _trouble_of(state: RetryCallState) -> Trouble:
    trouble = state.outcome.exception() if state.outcome else None
    assert isinstance(trouble, Trouble)
    return trouble
