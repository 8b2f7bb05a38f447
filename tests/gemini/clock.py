"""Time as the server sees it, which a test can speed up or move on by hand."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 that pass `speed` times as fast as real ones; with speed 0 only `advance` moves them.

    Latencies and turnarounds of the server are counted on it, so that a batch of hours ends in a test of milliseconds.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._start = time.time()
        self._real = time.monotonic()
        self._ahead = 0.0
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def now(self) -> float:
        """Seconds since 1970."""
        with self._lock:
            return self._start + (time.monotonic() - self._real) * self.speed + self._ahead

    def advance(self, seconds: float) -> None:
        """Let that many seconds pass at once; whoever sleeps on this clock wakes if its time has come. Any thread may call."""
        with self._lock:
            self._ahead += seconds
            waiting = list(self._waiting)
        for loop, event in waiting:
            with suppress(RuntimeError):  # its loop has ended meanwhile
                loop.call_soon_threadsafe(event.set)

    async def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed here."""
        until = self.now() + seconds
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(entry)
        try:
            while (left := until - self.now()) > 0:
                entry[1].clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(left / self.speed if self.speed else None):
                        await entry[1].wait()
        finally:
            with self._lock:
                self._waiting.discard(entry)


def timestamp(seconds: float) -> str:
    """That moment as the service writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
