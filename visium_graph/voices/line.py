"""What the calls of one video know together of the service they ask: that it wants rest, or that it is down.

Beats are spoken several at a time. Without this, each of them would find out by itself that nobody answers, and each
would wait for it.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from dataclasses import dataclass

from visium_graph.settings import Settings

__all__ = ["Limits", "Line", "Trouble"]


class Trouble(Exception):  # noqa: N818  # not an error yet: most calls are tried again
    """A call that gave no speech.

    Attributes:
        again: whether the same call may go well in a moment.
        quota: whether the service wants fewer calls; the call was not at fault.
        after: seconds that the service asks to wait, or None.
        heard: whether it answered with something that is no speech: it may have cost, so this is not tried often.
    """

    def __init__(
        self, message: str, *, again: bool = True, quota: bool = False, after: float | None = None, heard: bool = False
    ) -> None:
        super().__init__(message)
        self.again, self.quota, self.after, self.heard = again, quota, after, heard


@dataclass(frozen=True)
class Limits:
    """How long, how often and how much at a time a service is asked. Times are seconds."""

    seconds: float = 60.0
    """Longest time for one call."""
    attempts: int = 5
    """Tries of one call where the service is busy, broken or silent."""
    places: int = 4
    """Calls in flight at a time."""
    per_minute: float = 0.0
    """At most so many calls in a minute; 0 means no limit."""
    first_pause: float = 1.0
    """Before the second try; each further pause is twice as long, up to `longest_pause`."""
    longest_pause: float = 20.0
    patience: float = 180.0
    """Where the service only ever says that its quota is used up, it is given up after so long without an answer."""

    @classmethod
    def of(cls, settings: Settings, places: int) -> Limits:
        """As the settings have it, with at most so many calls at a time."""
        return cls(
            seconds=settings.call_seconds,
            attempts=settings.call_attempts,
            places=min(places, settings.concurrent_calls),
            per_minute=settings.calls_per_minute,
        )


class Line:
    """The line to a service, shared by the threads that speak one video.

    After as many failed calls in a row as there are places and tries, or where the service refuses for good, the line is
    cut: who waits on it wakes, and nobody asks again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._failures = 0
        self._answered = time.monotonic()
        self._free = 0.0  # the moment from which the next call may go out
        self._cut: Future[str] = Future()

    @property
    def cut(self) -> Future[str]:
        """Done once the line is cut; its result says why."""
        return self._cut

    @property
    def reason(self) -> str | None:
        """Why the line is cut, or None."""
        return self._cut.result() if self._cut.done() else None

    def cut_off(self, reason: str) -> None:
        """Wake who waits, and let nobody ask again. The first reason counts."""
        with self._lock:
            if not self._cut.done():
                self._cut.set_result(reason)

    def pause(self, seconds: float) -> None:
        """Wait, or until the line is cut."""
        wait({self._cut}, timeout=seconds)

    def take_turn(self) -> None:
        """Wait until a call may go out, or until the line is cut."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free)
            if self._limits.per_minute:
                self._free = turn + 60.0 / self._limits.per_minute
        self.pause(turn - now)

    def worked(self) -> None:
        """A call gave speech."""
        with self._lock:
            self._failures = 0
            self._answered = time.monotonic()

    def failed(self, trouble: Trouble) -> None:
        """A call gave none: note what that says of the others."""
        if not trouble.again:
            self.cut_off(str(trouble))
            return
        with self._lock:
            now = time.monotonic()
            if trouble.quota:
                rest = self._limits.longest_pause if trouble.after is None else trouble.after
                self._free = max(self._free, now + rest)
                over = self._free - self._answered > self._limits.patience
            else:
                self._failures += 1
                over = self._failures >= self._limits.places + self._limits.attempts
        if over:
            self.cut_off(f"{trouble} ({self._failures} calls in a row)" if self._failures > 1 else str(trouble))
