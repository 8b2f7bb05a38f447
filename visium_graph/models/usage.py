"""What the models of a run cost: a line in RUN/calls.jsonl for every answer, found, had or missed.

A making begins with a line of its own, and only what follows the last of these counts; the lines before stay, as the
run's history. A making that is resumed goes on with its lines. Lines are appended whole; one that a kill has torn is
skipped.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from visium_graph.errors import EnvironmentFault
from visium_graph.models.request import Tokens
from visium_graph.run import Run

__all__ = ["Called", "Spent", "Sum", "Usage", "calls_of", "note_call", "spent_on", "start_ledger", "usage_of"]

_NAME = "calls.jsonl"


@dataclass(frozen=True)
class Called:
    """One answer that was asked for, and what came of it."""

    role: str
    """`script`, `director`, `coder`, `reviewer`, or `voice`."""
    scene: str | None
    round: int
    model: str
    outcome: str
    """`ok`, or one of `request.Failure`."""
    stored: bool = False
    """It was found in the store; nothing was asked."""
    tokens: Tokens = field(default_factory=Tokens)
    seconds: float = 0.0
    """From the moment it might be sent to its answer, pauses between tries included."""
    cost: float | None = None
    """US dollars; None where the price is not known."""
    thought: bool = False
    tries: int = 1
    """Requests that were sent for it: more than one where the service was busy or broken."""
    at: str = ""
    """ISO 8601, UTC."""
    making: str = ""


@dataclass(frozen=True)
class Spent:
    """What the code of one scene has taken so far."""

    tokens: int = 0
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True)
class Sum:
    """Several calls together."""

    calls: int = 0
    """Requests that were sent, repeated ones too."""
    stored: int = 0
    """Answers that were found in the store."""
    failed: int = 0
    """Answers that were none, or could not be used."""
    tokens: Tokens = field(default_factory=Tokens)
    seconds: float = 0.0
    cost: float | None = None
    """US dollars, without the calls whose price is not known; None where none is."""

    def plus(self, call: Called) -> Sum:
        """The sum with one more call."""
        return Sum(
            self.calls + (0 if call.stored else call.tries),
            self.stored + call.stored,
            self.failed + (call.outcome != "ok"),
            self.tokens + call.tokens,
            self.seconds + call.seconds,
            self.cost if call.cost is None else (self.cost or 0.0) + call.cost,
        )


@dataclass(frozen=True)
class Usage:
    """What one making took."""

    total: Sum
    roles: dict[str, Sum]
    scenes: dict[str, Sum]
    """Of the calls that are about one scene."""
    unpriced: tuple[str, ...]
    """Models that took tokens, and whose price is not known."""


def start_ledger(run: Run) -> None:
    """A new making begins: what was spent before no longer counts.

    Raises:
        EnvironmentFault: the ledger cannot be written.
    """
    _append(run, {"start": uuid.uuid4().hex[:12], "at": _now()})


def note_call(run: Run, call: Called) -> None:
    """Append a call to the run's ledger.

    Raises:
        EnvironmentFault: the ledger cannot be written.
    """
    _append(run, asdict(replace(call, at=call.at or _now(), making=_ledger(run.folder).making())))


def calls_of(run: Run) -> list[Called]:
    """The calls of the making that began last."""
    return _ledger(run.folder).calls()


def usage_of(run: Run) -> Usage:
    """What the making that began last has taken so far."""
    calls = calls_of(run)
    unpriced = {call.model for call in calls if call.cost is None and call.tokens.total}
    return Usage(
        _sum(calls),
        _by(calls, lambda call: call.role),
        _by(calls, lambda call: call.scene),
        tuple(sorted(unpriced)),
    )


def spent_on(run: Run, scene: str) -> Spent:
    """What the coder of one scene has taken in the making that began last."""
    total = _sum(call for call in calls_of(run) if call.scene == scene and call.role == "coder")
    return Spent(total.tokens.total, total.seconds, total.calls)


def _sum(calls: Iterable[Called]) -> Sum:
    total = Sum()
    for call in calls:
        total = total.plus(call)
    return total


def _by(calls: Iterable[Called], key: Callable[[Called], str | None]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for call in calls:
        if (name := key(call)) is not None:
            sums[name] = sums.get(name, Sum()).plus(call)
    return sums


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _append(run: Run, entry: dict[str, object]) -> None:
    path = run.folder / _NAME
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    try:
        ledger = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            size = os.fstat(ledger).st_size
            if size and os.pread(ledger, 1, size - 1) != b"\n":
                line = b"\n" + line  # a kill has torn the line before
            written = os.write(ledger, line)  # in one piece: others may be appending
        finally:
            os.close(ledger)
    except OSError as error:
        raise EnvironmentFault(f"{path}: cannot be written ({error.strerror})") from None
    if written < len(line):
        raise EnvironmentFault(f"{path}: cannot be written (no space left on the disk)")


class _Ledger:
    """A ledger as read so far; what other processes append is read when it is asked for."""

    _line = TypeAdapter(Called)

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._file = 0
        self._read = 0
        self._making = ""
        self._calls: list[Called] = []

    def making(self) -> str:
        with self._lock:
            self._catch_up()
            return self._making

    def calls(self) -> list[Called]:
        with self._lock:
            self._catch_up()
            return list(self._calls)

    def _catch_up(self) -> None:
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino != self._file or status.st_size < self._read:
                    self._forget()
                    self._file = status.st_ino
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            self._forget()
            return
        except OSError as error:
            raise EnvironmentFault(f"{self._path}: cannot be read ({error.strerror})") from None
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if isinstance(entry, dict) and "start" in entry:
                self._making, self._calls = str(entry["start"]), []
            else:
                self._calls.append(self._line.validate_python(entry))
        except (ValueError, RecursionError, ValidationError):
            return  # torn, or not ours


@lru_cache(maxsize=64)
def _ledger(folder: Path) -> _Ledger:
    return _Ledger(folder / _NAME)
