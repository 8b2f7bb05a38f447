"""Watches one child: what it uses, what it says, and its end. Runs in the preloaded process, one job at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import selectors
import signal
import socket
import time
from pathlib import Path
from typing import Any, Literal

import psutil

from visium_graph.sandbox import child, wire
from visium_graph.sandbox.job import Limits
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.tex import Broker
from visium_graph.sandbox.usage import Excess, Usage, excess_of_time
from visium_graph.store import Store

__all__ = ["Ending", "OwnerGone", "end_descendants", "watch"]

_LOG_BYTES = 64 * 1024
_TICK = 0.05
_DUMP_SECONDS = 0.1
_SIGN_SECONDS = 5.0

Outcome = Literal["exited", "timeout", "memory", "limit", "crashed"]


class OwnerGone(Exception):  # noqa: N818  # not an error: the worker that asked has ended
    """The worker closed its end of the link."""


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a child ended, as told to the worker."""

    outcome: Outcome
    signal: int
    """The signal that ended it, or 0."""
    seconds: float
    cpu_seconds: float
    log: str
    """The start of what it printed, and a stack where the monitor or a crash asked for one."""
    message: dict[str, Any] | None
    """What it sent, where that was one whole message and it then ended by itself."""
    why: str = ""
    """The limit it exceeded, or what is wrong with what it left behind, in words."""


def watch(
    work: child.Work, scratch: Path, limits: Limits, kernel: Confinement, store: Store, link: socket.socket
) -> Ending:
    """Fork a child for work in `scratch` and stay with it until it and all its descendants are gone.

    LaTeX is run for it here, outside; the store keeps the drawings.

    Raises:
        OwnerGone: the worker is gone; the child is too, by then.
    """
    result_read, result_write = os.pipe()
    log_read, log_write = os.pipe()
    me = os.getpid()
    broker = Broker(scratch, kernel, store)
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        line = broker.end_of_child.fileno()
        child.enter(work, scratch, limits, kernel, parent=me, result=result_write, log=log_write, broker=line)
    broker.end_of_child.close()
    os.close(result_write)
    os.close(log_write)
    try:
        link.sendall(wire.pack({"pid": pid}))
        taps = _Tap(result_read, limits.result_bytes + wire.HEADER.size), _Tap(log_read, _LOG_BYTES)
        return _Watcher(pid, started, limits, link, broker, Usage(pid, scratch, limits), *taps).run()
    finally:
        broker.close()
        end_descendants()
        os.close(result_read)
        os.close(log_read)


def end_descendants() -> None:
    """Kill every process below this one and collect it, until none is left."""
    me = psutil.Process()
    while children := me.children(recursive=True):
        for process in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.002)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


class _Tap:
    """Reads a pipe without waiting, keeps the first bytes and throws the rest away."""

    def __init__(self, descriptor: int, limit: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.data = bytearray()
        self.count = 0
        self._limit = limit

    def drain(self) -> bool:
        """Read what is there, at most a megabyte; False where every writer has closed its end."""
        for _ in range(16):
            try:
                piece = os.read(self.descriptor, 65536)
            except BlockingIOError:
                return True
            if not piece:
                return False
            self.count += len(piece)
            self.data += piece[: max(0, self._limit - len(self.data))]
        return True

    def more(self, count: int) -> None:
        """Keep so many bytes more of what comes."""
        self._limit += count


class _Watcher:
    def __init__(
        self,
        pid: int,
        started: float,
        limits: Limits,
        link: socket.socket,
        broker: Broker,
        usage: Usage,
        result: _Tap,
        log: _Tap,
    ) -> None:
        self._pid, self._started, self._limits, self._link = pid, started, limits, link
        self._broker, self._usage, self._result, self._log = broker, usage, result, log
        self._sign_at = started + _SIGN_SECONDS

    def run(self) -> Ending:
        handle = os.pidfd_open(self._pid)
        try:
            with selectors.DefaultSelector() as selector:
                for source in (handle, self._result.descriptor, self._log.descriptor, self._link):
                    selector.register(source, selectors.EVENT_READ)
                self._broker.register(selector)
                excess = self._until_over(selector, handle)
                self._broker.close()
                if excess is not None:
                    self._ask_for_stack(selector)
        finally:
            os.close(handle)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # it may not have reached setsid yet
            os.kill(self._pid, signal.SIGKILL)
        _, status, usage = os.wait4(self._pid, 0)
        cpu_seconds = usage.ru_utime + usage.ru_stime + self._broker.cpu_seconds
        return self._ending(excess, os.waitstatus_to_exitcode(status), cpu_seconds)

    def _until_over(self, selector: selectors.BaseSelector, handle: int) -> Excess | None:
        """Wait until the child ends (None) or exceeds a limit."""
        while True:
            self._broker.tick()
            self._give_sign()
            for key, _ in selector.select(_TICK):
                if key.fd == handle:
                    return None
                if key.data is not None:  # one of the broker's: what to do
                    key.data()
                    continue
                if key.fileobj is self._link:
                    raise OwnerGone  # the worker never speaks while a job runs: this is the end of file
                self._drain(selector, key.fd)
            if (excess := self._excess_of_output() or self._usage.excess()) is not None:
                return excess

    def _give_sign(self) -> None:
        """Tell the worker now and then that this process is not stuck; it waits for no ending otherwise."""
        if time.monotonic() >= self._sign_at:
            self._sign_at = time.monotonic() + _SIGN_SECONDS
            with contextlib.suppress(BlockingIOError):  # it is the worker that is stuck, which others look after
                self._link.send(wire.pack({"alive": True}), socket.MSG_DONTWAIT)

    def _drain(self, selector: selectors.BaseSelector, descriptor: int) -> None:
        tap = self._result if descriptor == self._result.descriptor else self._log
        if not tap.drain():
            selector.unregister(descriptor)

    def _excess_of_output(self) -> Excess | None:
        limits = self._limits
        if self._log.count > limits.log_bytes:
            return Excess("limit", f"printed more than {limits.log_bytes / 1024**2:g} MB")
        if self._result.count > limits.result_bytes + wire.HEADER.size:
            return Excess("limit", f"sent a result of more than {limits.result_bytes / 1024:g} KB")
        return None

    def _ask_for_stack(self, selector: selectors.BaseSelector) -> None:
        """Give the child a moment to write where it is, for the finding's line."""
        self._log.more(_LOG_BYTES)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, child.DUMP_SIGNAL)
        end = time.monotonic() + _DUMP_SECONDS
        while (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.fd == self._log.descriptor:
                    self._drain(selector, key.fd)
                elif key.fd != self._result.descriptor:
                    return

    def _ending(self, excess: Excess | None, code: int, cpu_seconds: float) -> Ending:
        seconds = time.monotonic() - self._started
        self._result.drain()
        self._log.drain()
        message = None
        excess = excess or self._excess_of_output()  # of the last words, which came after the last look
        if excess is None and code == 0:
            with contextlib.suppress(wire.WireError):
                message = wire.unpack(bytes(self._result.data))
        if excess is None and -code == signal.SIGXCPU:
            excess = excess_of_time(self._limits)
        outcome: Outcome = "crashed" if message is None else "exited"
        if excess is not None:
            outcome = excess.outcome
        log = self._log.data.decode(errors="replace")
        return Ending(outcome, max(0, -code), seconds, cpu_seconds, log, message, excess.message if excess else "")
