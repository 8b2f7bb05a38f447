"""Time, as the batches count it: a test brings its own."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

__all__ = ["Clock", "WallClock"]


class Clock(Protocol):
    """Seconds since 1970, and how to let some of them pass."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Return when that many seconds have passed."""
        ...


class WallClock:
    """Real time. Jobs outlive processes, so it is the calendar's and not the process's own."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float, /) -> None:
        """Return when that many seconds have passed."""
        await asyncio.sleep(seconds)
