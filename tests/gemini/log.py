"""What has been asked of the server, for tests to question."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.gemini.call import Call

_SECRET = frozenset({"x-goog-api-key", "authorization"})


@dataclass
class Exchange:
    """One request and what became of it.

    Attributes:
        began, ended: Seconds of the real monotonic clock; `ended` is None while the request is open.
        status: HTTP status; None where no answer was sent (a reset, a hang).
        faults: Names of the faults it got.
        accepted: Whether it did what it asked for: it costs, or has made a batch.
        outcome: "answered", "refused", "reset", "truncated", "abandoned" (the client went away) or "open".
        answer: Parsed body of the answer; a list of events where it was a stream.
        usage: usageMetadata of the answer.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    call: Call
    began: float
    ended: float | None = None
    status: int | None = None
    faults: list[str] = field(default_factory=list)
    accepted: bool = False
    outcome: str = "open"
    answer: Any = None
    usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of call."""
        return self.call.kind

    @property
    def model(self) -> str:
        """The model that was asked."""
        return self.call.model


@dataclass
class Submission:
    """One request that the service has taken on, alone or as an item of a batch.

    Attributes:
        exchange: Number of the exchange that brought it.
        batch: Name of the batch it is part of, or None.
        item: Its number there, from 0.
        state: "open", "answered" (it is paid for), "failed" or "cancelled" (it is not), "lost" (an answer to a single
            call that was made but never arrived: it is paid for, and can only be asked again).
    """

    digest: str
    exchange: int
    batch: str | None = None
    item: int = 0
    state: str = "open"


class Log:
    """Every exchange in the order of arrival. Any thread may ask."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._submissions: list[Submission] = []
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._listeners: list[Callable[[Exchange], None]] = []
        self._lock = threading.Condition()

    # --- What the server tells ---------------------------------------------------------------------------------------

    def attempt(self, kind: str, digest: str) -> int:
        """Count a call of this kind and digest, and say how many there have been."""
        with self._lock:
            self._attempts[kind, digest] += 1
            return self._attempts[kind, digest]

    def open(self, method: str, path: str, headers: Mapping[str, str], body: Any, call: Call, began: float) -> Exchange:
        """A request has arrived."""
        shown = {name: "***" if name in _SECRET else value for name, value in headers.items()}
        with self._lock:
            made = Exchange(len(self._exchanges) + 1, method, path, shown, body, call, began)
            self._exchanges.append(made)
            self._lock.notify_all()
        self._tell(made)
        return made

    def close(self, exchange: Exchange, outcome: str, ended: float | None) -> None:
        """What became of a request is known; where it is answered, the answer has not been sent yet."""
        exchange.outcome, exchange.ended = outcome, ended
        self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        for listener in self._listeners:
            listener(exchange)

    def submit(self, exchange: Exchange, call: Call, batch: str | None = None, item: int = 0) -> Submission:
        """The service has taken a request on."""
        with self._lock:
            made = Submission(call.digest, exchange.number, batch, item)
            self._submissions.append(made)
        return made

    # --- What tests ask ----------------------------------------------------------------------------------------------

    def of(self, *kinds: str, where: Callable[[Exchange], bool] | None = None) -> list[Exchange]:
        """Exchanges of these kinds (none given: of every kind) that fit the condition."""
        with self._lock:
            return [
                one for one in self._exchanges if (not kinds or one.kind in kinds) and (where is None or where(one))
            ]

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Call the listener at the arrival of each request (its outcome is "open"), and before its answer is sent.

        It runs in the server's thread: a place to end the client's process at a chosen moment.
        """
        self._listeners.append(listener)

    def wait_for(self, count: int, *kinds: str, seconds: float = 10.0) -> bool:
        """Wait until that many requests of these kinds have arrived; whether they have."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.of(*kinds)) >= count, timeout=seconds)

    def __len__(self) -> int:
        with self._lock:
            return len(self._exchanges)

    def counts(self) -> Counter[str]:
        """How many exchanges there were of each kind."""
        return Counter(one.kind for one in self.of())

    def high_water(self, *kinds: str) -> int:
        """The most exchanges of these kinds that were open at one moment."""
        edges: list[tuple[float, int]] = []
        for one in self.of(*kinds):
            edges.append((one.began, 1))
            if one.ended is not None:
                edges.append((one.ended, -1))
        most = now = 0
        for _, step in sorted(edges):
            now += step
            most = max(most, now)
        return most

    def tokens(self, *kinds: str) -> Counter[str]:
        """Tokens that were paid for, as usageMetadata counts them: prompt, candidates, thoughts, total.

        Items of batches are counted with the exchange of kind "batch_create" that brought them.
        """
        total: Counter[str] = Counter()
        for one in self.of(*kinds):
            total.update(token_counts(one.usage))
        return total

    def submissions(self, *, batches: bool | None = None) -> list[Submission]:
        """Requests that the service has taken on: in batches only, single only, or both."""
        with self._lock:
            return [one for one in self._submissions if batches is None or (one.batch is not None) == batches]

    def submitted_twice(self, *, batches: bool | None = None) -> list[list[Submission]]:
        """Submissions of one and the same request where an earlier one was still open or had been answered.

        Asking again after a failure, an expiry or a cancellation is no fault; nor is it after a single answer was lost on
        the wire, which cannot be fetched another way.
        """
        found: defaultdict[str, list[Submission]] = defaultdict(list)
        for one in self.submissions(batches=batches):
            if one.state in {"open", "answered"}:
                found[one.digest].append(one)
        return [several for several in found.values() if len(several) > 1]

    def write(self, path: Path) -> None:
        """Every exchange as a line of JSON."""
        lines = []
        for one in self.of():
            shown = {**asdict(one), "call": one.kind, "name": one.call.name, "digest": one.call.digest}
            lines.append(json.dumps(shown, default=_short, ensure_ascii=False))
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def token_counts(usage: Mapping[str, Any]) -> dict[str, int]:
    """usageMetadata as plain counts."""
    names = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
    return {name.removesuffix("TokenCount"): usage[name] for name in names if name in usage}


def added(usages: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Several usageMetadata as one."""
    total: Counter[str] = Counter()
    for usage in usages:
        total.update({f"{name}TokenCount": count for name, count in token_counts(usage).items()})
    return dict(total)


def _short(value: object) -> str:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)
