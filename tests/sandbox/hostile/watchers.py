"""What notices a loss: listeners, a process that reports every signal, fingerprints of folders, the list of processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

LIBC = ctypes.CDLL(None, use_errno=True)

_VICTIM = """
import ctypes, os, signal
ctypes.CDLL(None).prctl(1, 9)  # goes with the one that started it
def note(number, frame): os.write(1, b"%d\\n" % number)
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, note)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""


class Listeners:
    """Ears on the loopback interface and on unix sockets; whatever arrives is a contact."""

    def __init__(self, folder: Path, token: str) -> None:
        self.heard: list[str] = []
        self._selector = selectors.DefaultSelector()
        abstract = f"{token}-abstract"
        paths = {"UNIX": folder / "stream", "UNIX_DATAGRAM": folder / "datagram"}
        self.addresses: dict[str, Any] = {"ABSTRACT": abstract} | {name: str(path) for name, path in paths.items()}
        self._listen("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        with contextlib.suppress(OSError):  # a machine without IPv6
            self._listen("TCP_SIX", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0))
        self._listen("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("", 0))
        self._listen("", socket.AF_UNIX, socket.SOCK_STREAM, str(paths["UNIX"]))
        self._listen("", socket.AF_UNIX, socket.SOCK_DGRAM, str(paths["UNIX_DATAGRAM"]))
        self._listen("", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        self._listen("", socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{abstract}-datagram")
        threading.Thread(target=self._hear, daemon=True).start()

    def _listen(self, name: str, family: int, kind: int, address: Any) -> None:
        ear = socket.socket(family, kind)
        ear.bind(address)
        if kind == socket.SOCK_STREAM:
            ear.listen(16)
        if name:
            self.addresses[name] = ear.getsockname()[1]
        self._selector.register(ear, selectors.EVENT_READ)

    def _hear(self) -> None:
        while True:
            for key, _ in self._selector.select():
                ear: Any = key.fileobj
                if ear.type == socket.SOCK_DGRAM:
                    self.heard.append(f"{ear.getsockname()}: {ear.recv(4096)!r}")
                    continue
                with ear.accept()[0] as connection:
                    connection.settimeout(0.2)
                    data = b""
                    with contextlib.suppress(OSError):
                        data = connection.recv(4096)
                self.heard.append(f"{ear.getsockname()}: {data!r}")


class Victim:
    """A process that only waits and reports every signal it gets."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout
        assert self._out.readline() == b"ready\n"
        os.set_blocking(self._out.fileno(), False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def signals(self) -> list[int]:
        """Signals since the last question."""
        with contextlib.suppress(BlockingIOError):
            return [int(line) for line in os.read(self._out.fileno(), 65536).split()]
        return []

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._out.close()


class OwnSignals:
    """Signals that reach this process, which stands for the application."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        for number in (
            {signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGIO, signal.SIGURG}
            | {signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPROF}
            | {signal.SIGVTALRM, signal.SIGQUIT, signal.SIGXCPU}
        ):
            signal.signal(number, lambda number, _: self.heard.append(number))


def condition(pid: int) -> dict[str, Any]:
    """What others could change about a process."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return {
                "started": process.create_time(),
                "stopped": process.status()
                in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP, psutil.STATUS_ZOMBIE),
                "nice": process.nice(),
                "disk priority": tuple(process.ionice()),
                "processors": tuple(process.cpu_affinity()),
                "schedule": os.sched_getscheduler(pid),
                "limits": [resource.prlimit(pid, number) for number in range(16)],
                "group": os.getpgid(pid),
                "killed first": Path(f"/proc/{pid}/oom_score_adj").read_text(),
            }
    except (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
        return {"started": None}


def fingerprint(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Path -> all of its metadata that a change of any kind would touch; the change time cannot be set back."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in _walk(folder):
        with contextlib.suppress(FileNotFoundError):
            s = path.lstat()
            found[str(path)] = (s.st_mode, s.st_uid, s.st_gid, s.st_nlink, s.st_size, s.st_mtime_ns, s.st_ctime_ns)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    yield folder
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(top, name)


def differences(before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]]) -> list[str]:
    """Paths that are new, gone or another."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def named(token: str, folders: Iterable[str] = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")) -> list[str]:
    """Entries of the machine's common places whose name holds the token."""
    found = []
    for folder in folders:
        with contextlib.suppress(OSError):
            found += [entry.path for entry in os.scandir(folder) if token in entry.name]
    return found


def strangers(known: set[int], *, whole_user: bool) -> list[psutil.Process]:
    """Processes that should not be there: of this user where it is nobody else's, else below this process."""
    if not whole_user:
        found = psutil.Process().children(recursive=True)
    else:
        uid, found = os.getuid(), []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.uids().real == uid:
                    found.append(process)
    return [process for process in found if process.pid not in known and not _ended(process)]


def _ended(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        ended: bool = process.status() == psutil.STATUS_ZOMBIE
        return ended
    return True


def bury(process: psutil.Process) -> None:
    """Kill a survivor and collect it where it has become this process's child."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, 0)
