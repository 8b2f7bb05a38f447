"""One question to one model: sent, sent again where the service is busy or broken, and read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter, wait_random

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.models.answers import Heard, Missing, messages_of, read, schema_of, thought_of, tokens_of
from visium_graph.models.clients import Effort, effort_for, lane_of, note_proven, proven_since, refuse_effort
from visium_graph.models.errors import Fault, ServiceFault, told_apart
from visium_graph.models.factory import KEY_NAMES, split_model
from visium_graph.models.request import NoAnswer, Request, Turn
from visium_graph.settings import Settings, Thinking

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable, RunnableConfig

__all__ = ["LONGEST_WAIT", "Question", "asked", "exchange", "pause_after"]

A = TypeVar("A", bound=BaseModel)

_FIRST_PAUSE = 1.0
"""Seconds before the second try; the pauses after it double."""
_LONGEST_PAUSE = 60.0
LONGEST_WAIT = 120.0
"""A service that asks to wait longer is taken for unreachable."""
_MARGIN = 5.0
"""Seconds after which a call is cut off whose client has not noticed that its time is up."""


@dataclass(frozen=True)
class Question:
    """Where and how a request is asked."""

    settings: Settings
    model: str
    thinking: Thinking
    config: RunnableConfig
    """Run name, tags and metadata of the trace."""
    seconds: float | None
    """What is left of the time that may be spent; None where there is no limit."""


async def exchange(question: Question, request: Request[A], turns: Sequence[Turn]) -> Heard[A]:
    """Ask once, in the lane's limits, with tries as the settings allow.

    Raises:
        NoAnswer: `rejected` or `unreachable`; its attribute `heard` says what it took.
        EnvironmentFault: the key is wrong, or the first answer says that there is no such model.
    """
    lane = lane_of(question.settings)
    async with lane.slot():
        began = time.monotonic()
        asking = _Asking(question, request, turns, began)
        try:
            async for attempt in asking.retrying():
                with attempt:
                    return await asking.once(attempt.retry_state.attempt_number)
        except ServiceFault as failed:
            raise asking.given_up(failed.fault) from None
    raise AssertionError("tenacity ends with a result or an exception")


class _Asking:
    """One question through its tries."""

    def __init__(self, question: Question, request: Request[Any], turns: Sequence[Turn], began: float) -> None:
        self._question = question
        self._request = request
        self._turns = turns
        self._began = began
        self._refusals = 0
        self._paced = 0.0
        self._effort: Effort = {}
        self.tries = 0

    def retrying(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception_type(ServiceFault), wait=self._pause, stop=self._is_over, reraise=True
        )

    @property
    def seconds(self) -> float:
        """Spent so far, without what our own rate limit took."""
        return time.monotonic() - self._began - self._paced

    def _left(self) -> float:
        limit = self._question.seconds
        return LONGEST_WAIT * 1e6 if limit is None else limit - self.seconds

    async def once(self, number: int) -> Heard[Any]:
        """One request and its answer.

        Raises:
            ServiceFault: it failed.
        """
        settings, name = self._question.settings, self._question.model
        lane = lane_of(settings)  # anew for every try: the clients may have been closed during the pause
        self._paced += await lane.turn()
        self._effort = effort_for(settings, name, self._question.thinking)
        model = await lane.model(name, self._effort)
        mode = settings.structured_output
        messages = messages_of(self._request, self._turns, told_schema=mode == "prompt")
        runnable = asked(model, self._request, mode)
        self.tries = number
        try:
            async with asyncio.timeout(min(settings.call_seconds + _MARGIN, max(self._left(), 1.0))):
                message = await runnable.ainvoke(messages, self._question.config)
        except Exception as error:  # every provider's client raises its own; told apart in one place
            fault = told_apart(error)
            if fault.failure is None:
                raise ServiceFault(fault) from error
            note_proven(settings, name)
            return Heard(Missing(fault.failure, fault.message), fault.tokens, False, self.seconds, number)
        note_proven(settings, name)
        # In a thread: what the agent has to say about an answer may take it a while.
        result = await asyncio.to_thread(read, message, self._request, called=mode == "function_calling")
        return Heard(result, tokens_of(message), thought_of(message), self.seconds, number)

    def _pause(self, state: RetryCallState) -> float:
        return pause_after(_fault(state), state)

    def _is_over(self, state: RetryCallState) -> bool:
        """Whether another try is pointless; called after each failed one, when the pause before the next is known."""
        question, fault = self._question, _fault(state)
        if fault.kind == "passing":
            longest = min(LONGEST_WAIT, self._left())
            return state.attempt_number >= question.settings.call_attempts or state.upcoming_sleep > longest
        if fault.kind == "thinking":  # asked again with less of it, or with nothing said about it
            return not refuse_effort(question.settings, question.model, self._effort)
        self._refusals += 1
        return fault.kind in {"too-long", "key"} or self._refusals > 1

    def given_up(self, fault: Fault) -> NoAnswer | EnvironmentFault:
        """What the failure means for who asked."""
        model = self._question.model
        unproven = proven_since(self._question.settings, model) is None
        if unproven and fault.kind in {"key", "unknown-model"}:
            return _never_worked(model, fault)
        if fault.kind == "passing":
            told = f"; it asks to wait {fault.wait:g} s" if fault.wait else ""
            return Unanswered("unreachable", f"{model} could not be reached ({fault.message}{told})", self)
        return Unanswered("rejected", f"{model} refused the request ({fault.message})", self)


class Unanswered(NoAnswer):
    """No answer came; with what was spent in vain."""

    def __init__(self, kind: Any, message: str, asking: _Asking) -> None:
        super().__init__(kind, message)
        self.seconds = asking.seconds
        self.tries = asking.tries


def pause_after(fault: Fault, state: RetryCallState) -> float:
    """Seconds until the next try: as long as the service asks for, else longer from try to try."""
    if fault.kind != "passing":
        return 0.0
    if fault.wait is not None:
        return fault.wait + wait_random(0, _FIRST_PAUSE)(state)  # not all at the same moment
    return wait_exponential_jitter(_FIRST_PAUSE, _LONGEST_PAUSE, jitter=_FIRST_PAUSE)(state)


def _fault(state: RetryCallState) -> Fault:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, ServiceFault)
    return error.fault


def _never_worked(model: str, fault: Fault) -> EnvironmentFault:
    provider, name = split_model(model)
    if fault.kind == "key":
        where = KEY_NAMES.get(provider, "its key in the environment")
        return EnvironmentFault(f"model {model}: the key is not accepted: check {where} (or --config offline)")
    return EnvironmentFault(f"model {model}: the service has no model {name!r} ({fault.message})")


def asked(model: BaseChatModel, request: Request[Any], mode: str) -> Runnable[Any, AIMessage]:
    """The model, told what form its answer is to have.

    `with_structured_output` gives the model and a parser behind it; the answer is parsed here, where it can be told what is
    wrong with it, so only the model is kept.
    """
    from langchain_core.runnables import RunnableSequence  # noqa: PLC0415  # loads with the first call

    if mode == "prompt":
        return model
    try:
        chain = model.with_structured_output(schema_of(request.answer), method=mode)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise InputError(
            f"model {type(model).__name__} takes no {mode}: set structured_output: prompt ({error})"
        ) from None
    first = chain.first if isinstance(chain, RunnableSequence) else None
    if first is None:
        raise InputError(f"model {type(model).__name__} takes no {mode}: set structured_output: prompt")
    return first
