"""The worker's side of a preloaded process: start it, hand it jobs, end it."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from visium_graph.errors import EnvironmentFault
from visium_graph.sandbox import wire
from visium_graph.sandbox.job import Job
from visium_graph.sandbox.monitor import Ending

__all__ = ["Preloaded", "PreloadedGone", "close_all", "lease"]

_START_SECONDS = 120.0
_SILENCE_SECONDS = 60.0
_CLOSE_SECONDS = 5.0
# What the scenes' process may know of the outside: how to find programs, fonts and modules. No keys, no home.
_KEPT = ("PATH", "PYTHONPATH", "XDG_DATA_HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "TZ")


class PreloadedGone(Exception):  # noqa: N818  # says what happened; the caller starts another
    """The preloaded process ended in the middle of a job, or was killed as it started."""


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept["TMPDIR"] = tempfile.gettempdir()
    home = Path.home() if "HOME" in os.environ else None
    if home is not None:  # fonts installed for this user, and fontconfig's cache of them
        kept.setdefault("XDG_DATA_HOME", str(home / ".local" / "share"))
        kept.setdefault("XDG_CACHE_HOME", str(home / ".cache"))
    # One thread for each child: the pool already fills the processors. A fixed hash seed keeps pictures the same.
    fixed = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"} | kept | fixed


class Preloaded:
    """One preloaded process. Not for two threads at a time; see `lease`.

    Raises:
        EnvironmentFault: it could not start; the message carries its last words.
        PreloadedGone: it was killed meanwhile.
    """

    def __init__(self) -> None:
        self._group = 0  # process group of the job that runs
        self._link, other = socket.socketpair()
        with other, tempfile.TemporaryFile() as words:
            self._process = subprocess.Popen(  # noqa: S603  # this interpreter, this package
                [sys.executable, "-P", "-m", "visium_graph.sandbox.preload", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=_environment(),
                cwd="/",
                pass_fds=[other.fileno()],
                start_new_session=True,  # Ctrl-C at the terminal is not for it
            )
            other.close()  # or its own death would not end the link
            self._await_ready(words)

    def _await_ready(self, words: IO[bytes]) -> None:
        self._link.settimeout(_START_SECONDS)
        try:
            ready = wire.receive(self._link)
            if ready is None:
                self._process.wait(_CLOSE_SECONDS)
        except (TimeoutError, wire.WireError, subprocess.TimeoutExpired):
            ready = None
        except BaseException:
            self.close()
            raise
        if ready is None:
            killed = self._process.returncode == -signal.SIGKILL
            self.close()
            if killed:
                raise PreloadedGone
            words.seek(0)
            last = words.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise EnvironmentFault(f"the process that runs scenes cannot start: {last[-1]}")

    def run(self, job: Job, scratch: Path) -> Ending:
        """Run the job, as confined as the kernel can; not at all where it must be confined more.

        Args:
            job: what to run. It was laid out in `scratch`; of what is in it only these few things are told here.
            scratch: the job's folder.

        Raises:
            PreloadedGone: the process died, or has given no sign of life for a minute; this object is closed then.
        """
        request = {
            "scratch": str(scratch),
            "limits": dataclasses.asdict(job.limits),
            "must_be_confined": job.must_be_confined,
            "store": str(job.store.absolute()),
            "expected": job.expected,
        }
        self._link.settimeout(_SILENCE_SECONDS)
        try:
            self._link.sendall(wire.pack(request))
            while (answer := wire.receive(self._link)) is not None and "outcome" not in answer:
                self._group = answer.get("pid", self._group)
        except (TimeoutError, ConnectionError, wire.WireError):
            answer = None
        except BaseException:
            self.close()
            raise
        if answer is None:
            self.close()
            raise PreloadedGone
        self._group = 0
        return Ending(**answer)

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and everything below it. Closing twice does no harm."""
        with contextlib.suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self._link.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._group:  # killed itself, it could not end what the scene had started
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
            self._group = 0


_guard = threading.Lock()
_idle: list[Preloaded] = []
_busy: list[Preloaded] = []


@contextlib.contextmanager
def lease() -> Iterator[Preloaded]:
    """A preloaded process for the caller alone: one that is idle, or a new one.

    After an exception inside the block the process is ended, since what it is doing is not known.

    Raises:
        EnvironmentFault: a new one could not start.
        PreloadedGone: it was killed meanwhile.
    """
    preloaded = _idle_one() or Preloaded()
    with _guard:
        _busy.append(preloaded)
    try:
        yield preloaded
    except BaseException:
        with _guard:
            _busy.remove(preloaded)
        preloaded.close()
        raise
    with _guard:
        _busy.remove(preloaded)
        _idle.append(preloaded)


def _idle_one() -> Preloaded | None:
    while True:
        with _guard:
            if not _idle:
                return None
            preloaded = _idle.pop()
        if preloaded.alive:
            return preloaded
        preloaded.close()  # killed while it had nothing to do


def close_all() -> None:
    """End every preloaded process of this process, the busy ones too."""
    for preloaded in [*_idle, *_busy]:
        preloaded.close()
    _idle.clear()


def _forget() -> None:
    """A forked copy of this process must not use, or end, what belongs to the original."""
    _idle.clear()
    _busy.clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget)
