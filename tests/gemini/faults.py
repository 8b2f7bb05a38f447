"""Faults, and the plan that says which call gets which."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.gemini.apierror import ApiError, no_such_model, quota
from tests.gemini.call import Call

CONTENT = ("generate", "stream", "speech")  # kinds of call that a model answers at once
ANSWERED = (*CONTENT, "item")  # the same, and the requests of batches
EVERY = (
    *(*ANSWERED, "count_tokens", "batch_create", "batch_get", "batch_list", "batch_cancel", "batch_delete"),
    *(
        "upload_start",
        "upload_bytes",
        "file_get",
        "file_list",
        "file_delete",
        "file_download",
        "model_get",
        "model_list",
    ),
)

Stage = Literal["before", "answer", "wire", "job"]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        stage: "before" the request counts as accepted; in the "answer"; on the "wire", when the answer has been made and
            counted; in the batch "job".
        code: HTTP status of a refusal.
        seconds: Delay, or the RetryInfo of a refusal.
        share: How much of the answer arrives, 0 to 1.
        items: Numbers of the items of a batch that are hit.
        reason: Finish or block reason, state of a batch, or a message.
    """

    name: str
    stage: Stage
    code: int = 0
    seconds: float = 0.0
    share: float = 0.5
    items: tuple[int, ...] = (0,)
    reason: str = ""

    def error(self, call: Call) -> ApiError:
        """The refusal that this fault stands for."""
        if self.name == "batch_refused":
            return no_such_model(call.name, "batchGenerateContent")
        return quota(self.seconds) if self.code == 429 else ApiError(self.code, self.reason or None)


# --- Refusals, before anything has happened --------------------------------------------------------------------------


def status(code: int, *, retry: float = 7.0, message: str = "") -> Fault:
    """An error in the service's format; 429 carries RetryInfo of `retry` seconds."""
    return Fault(str(code), "before", code=code, seconds=retry, reason=message)


def html(code: int = 502) -> Fault:
    """A proxy's error page in place of JSON."""
    return Fault(f"html{code}", "before", code=code)


def reset() -> Fault:
    """The connection breaks before the request counts as accepted."""
    return Fault("reset", "before")


def hang() -> Fault:
    """No answer ever comes, and nothing was accepted."""
    return Fault("hang", "before")


def batch_refused() -> Fault:
    """404: this model does not take batches (seen with voices)."""
    return Fault("batch_refused", "before", code=404)


# --- Answers that are none -------------------------------------------------------------------------------------------


def blocked(reason: str = "SAFETY") -> Fault:
    """A candidate without content: SAFETY, RECITATION, OTHER."""
    return Fault(reason.lower(), "answer", reason=reason)


def prompt_block(reason: str = "PROHIBITED_CONTENT") -> Fault:
    """The prompt is refused: no candidate at all."""
    return Fault("prompt_block", "answer", reason=reason)


def max_tokens(share: float = 0.5) -> Fault:
    """The answer ends in its middle with MAX_TOKENS."""
    return Fault("max_tokens", "answer", share=share)


def empty() -> Fault:
    """STOP, with content that has no parts."""
    return Fault("empty", "answer")


def no_audio() -> Fault:
    """Finish reason OTHER and no sound in it."""
    return Fault("no_audio", "answer", reason="OTHER")


def empty_audio() -> Fault:
    """STOP, with a sound of no length."""
    return Fault("empty_audio", "answer")


# --- On the way back: the answer has been made, and costs ------------------------------------------------------------


def lost() -> Fault:
    """Accepted and done (a batch is created), then the connection breaks in place of the answer."""
    return Fault("lost", "wire", share=0.0)


def truncated(share: float = 0.5) -> Fault:
    """The connection ends in the middle of the body."""
    return Fault("truncated", "wire", share=share)


def bad_json() -> Fault:
    """A body (of a stream: its second event) that is no JSON."""
    return Fault("bad_json", "wire")


def slow(seconds: float) -> Fault:
    """The first byte comes that many of the clock's seconds late."""
    return Fault("slow", "wire", seconds=seconds)


def stalled() -> Fault:
    """Accepted and done, but no answer ever comes (of a stream: nothing after its first event)."""
    return Fault("stalled", "wire")


# --- Batch jobs ------------------------------------------------------------------------------------------------------


def reordered() -> Fault:
    """The last answer first."""
    return Fault("reordered", "job")


def missing(*items: int) -> Fault:
    """No answers to these items."""
    return Fault("missing", "job", items=items or (0,))


def duplicated(*items: int) -> Fault:
    """The answers to these items come twice."""
    return Fault("duplicated", "job", items=items or (0,))


def no_metadata() -> Fault:
    """Answers without the metadata (in a file: the key) that would say what they answer."""
    return Fault("no_metadata", "job")


def item_errors(*items: int, code: int = 429) -> Fault:
    """These items failed, the job as a whole did not."""
    return Fault("item_errors", "job", items=items or (0,), code=code, reason="Item failed.")


def ends(state: Literal["FAILED", "EXPIRED", "CANCELLED", "PARTIALLY_SUCCEEDED"]) -> Fault:
    """The job ends in that state."""
    return Fault(state.lower(), "job", reason=state)


def stuck() -> Fault:
    """The job stays PENDING."""
    return Fault("stuck", "job")


# --- The plan --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """Calls that get a fault.

    Attributes:
        kinds: Kinds of call (see `Call.kind`); None for "batch_create" if the fault is a job's, else for what a model answers
            at once. `EVERY` are all kinds.
        nth: Which of the calls that fit kinds and `where`, counted from 1; None for all of them.
        where: Further condition.
        chance: Share of those calls, drawn from the plan's seed.
    """

    fault: Fault
    kinds: str | Collection[str] | None = None
    nth: int | Collection[int] | None = None
    where: Callable[[Call], bool] | None = None
    chance: float = 1.0

    def __post_init__(self) -> None:
        of_batch = self.fault.stage == "job" or self.fault.name == "batch_refused"
        kinds = self.kinds or ("batch_create" if of_batch else CONTENT)
        object.__setattr__(self, "kinds", (kinds,) if isinstance(kinds, str) else tuple(kinds))

    def fits(self, call: Call) -> bool:
        """Whether the call is one of those that the rule speaks of (which of them is another matter)."""
        assert self.kinds is not None
        return call.kind in self.kinds and (self.where is None or self.where(call))


@dataclass(frozen=True)
class Turnaround:
    """Seconds that a batch job spends in its two waiting states."""

    pending: float = 0.0
    running: float = 0.0


class Plan:
    """What goes wrong, and how long things take.

    Args:
        rules: Faults by schedule. Every rule that fits a call gives its fault; the first of each stage acts.
        latency: Seconds before a written or spoken answer; or a function of the call.
        turnaround: Seconds of a batch job; or a function of the call that creates it.
        seed: What chances are drawn from. They are drawn for each request by itself: the same requests get the same
            faults in whatever order they come.
    """

    def __init__(
        self,
        *rules: Rule,
        latency: float | Callable[[Call], float] = 0.0,
        turnaround: Turnaround | Callable[[Call], Turnaround] | None = None,
        seed: object = 0,
    ) -> None:
        self.seed = seed
        self._rules = list(rules)
        self._latency = latency
        self._turnaround = turnaround or Turnaround()
        self._met: Counter[int] = Counter()
        self._lock = threading.Lock()

    def add(
        self,
        fault: Fault,
        kinds: str | Collection[str] | None = None,
        *,
        nth: int | Collection[int] | None = None,
        where: Callable[[Call], bool] | None = None,
        chance: float = 1.0,
    ) -> Plan:
        """One more rule (see `Rule`), also while the server runs; counting starts now. Returns the plan."""
        with self._lock:
            self._rules.append(Rule(fault, kinds, nth, where, chance))
        return self

    def mix(self, faults: Sequence[Fault], *, chance: float, kinds: str | Collection[str] | None = None) -> Plan:
        """That share of the calls gets one of the faults, each as likely as the others. Returns the plan."""
        with self._lock:
            mixture = len(self._rules)

        def picked(number: int) -> Callable[[Call], bool]:
            def where(call: Call) -> bool:
                draw = call.random((self.seed, "mixture", mixture))
                return draw.random() < chance and draw.randrange(len(faults)) == number

            return where

        for number, fault in enumerate(faults):
            self.add(fault, kinds, where=picked(number))
        return self

    def draw(self, call: Call) -> list[Fault]:
        """The faults of this call; it counts as met."""
        found = []
        with self._lock:
            for number, rule in enumerate(self._rules):
                if not rule.fits(call):
                    continue
                self._met[number] += 1
                wanted = (rule.nth,) if isinstance(rule.nth, int) else rule.nth
                if wanted is not None and self._met[number] not in wanted:
                    continue
                if rule.chance >= 1 or call.random((self.seed, number)).random() < rule.chance:
                    found.append(rule.fault)
        return found

    def latency(self, call: Call) -> float:
        """Seconds that the model takes for this call."""
        return self._latency(call) if callable(self._latency) else self._latency

    def turnaround(self, call: Call) -> Turnaround:
        """Seconds that the job which this call creates takes."""
        return self._turnaround(call) if callable(self._turnaround) else self._turnaround
