"""One program of the machine at work: confined, in a folder of its own, watched from outside without waiting for it.

What it executes it also reads: its own file, the loader and the shared libraries. Nothing else may be executed, it
cannot start a process, and it has no network, no environment and no open file of ours.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, NoReturn

from visium_graph.sandbox import landlock, seccomp
from visium_graph.sandbox.kernel import Confinement
from visium_graph.sandbox.linux import die_with_parent, drop_capabilities

__all__ = ["ERRORS", "Bounds", "Ended", "Program"]

ERRORS = "errors.txt"
"""In its folder: what the program writes to its standard error."""

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
_LOADERS = ("lib/ld-*.so*", "lib64/ld-*.so*")
_EXECUTING = ("execve", "arch_prctl")  # what the kernel and libc need to start a program
_NOT_EXECUTED = 127
_OPEN_FILES = 64


class Bounds(NamedTuple):
    """What a program may use."""

    cpu_seconds: int = 5
    wall_seconds: float = 15.0
    """Further than the other, so that what is over it says nothing of a busy machine but of the program's input."""
    memory_bytes: int = 2 * 1024**3
    """Address space. What the process was forked from must fit too, until it executes the program."""
    file_bytes: int = 16 * 1024**2
    """Of one file."""
    folder_bytes: int = 64 * 1024**2
    folder_files: int = 500


_USUAL = Bounds()


class Ended(NamedTuple):
    """How a program ended."""

    code: int
    """Its exit code; negative: the signal that killed it."""
    over: str
    """The limit that it exceeded, in words; empty where it kept to all."""
    cpu_seconds: float


class Program:
    """A running program.

    Args:
        command: the program's path and its arguments.
        folder: its current directory, the only one where it may write.
        kernel: what the kernel can enforce. All of that is enforced.
        environment: all of its environment.
        readable: what it may read besides.
        bounds: what it may use.

    Raises:
        OSError: no process can be started.

    Attributes:
        handle: a descriptor that becomes readable when the program ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        kernel: Confinement,
        *,
        environment: Mapping[str, str],
        readable: Iterable[Path] = (),
        bounds: Bounds = _USUAL,
    ) -> None:
        self._folder, self._bounds = folder, bounds
        self._started = time.monotonic()
        me = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            _enter(command, folder, kernel, environment, readable, bounds, me)
        self.handle = os.pidfd_open(self._pid)

    def over(self) -> str:
        """The limit that it exceeds and that the kernel does not keep by itself, in words; empty where it does not."""
        if time.monotonic() - self._started > self._bounds.wall_seconds:
            return f"did not end within {self._bounds.wall_seconds:g} s"
        count, size = 0, 0
        for folder, _, names in os.walk(self._folder):
            count += 1 + len(names)
            if count > self._bounds.folder_files:
                return f"wrote more than {self._bounds.folder_files} files"
            size += sum(_bytes_on_disk(Path(folder, name)) for name in names)
        return f"wrote more than {self._bounds.folder_bytes >> 20} MB" if size > self._bounds.folder_bytes else ""

    def end(self, over: str = "") -> Ended:
        """Collect it where it has ended, kill it where it has not; to be called once.

        Args:
            over: why it is killed, for the answer.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # it may not have reached setsid yet
            os.kill(self._pid, signal.SIGKILL)
        os.close(self.handle)
        _, status, usage = os.wait4(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        cpu_seconds = usage.ru_utime + usage.ru_stime
        if not over and code == -signal.SIGXFSZ:
            over = f"wrote a file of more than {self._bounds.file_bytes >> 20} MB"
        if not over and (code == -signal.SIGXCPU or (code < 0 and cpu_seconds > self._bounds.cpu_seconds)):
            over = f"took longer than {self._bounds.cpu_seconds} s"
        return Ended(code, over, cpu_seconds)


def _bytes_on_disk(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:  # gone since
        return 0


def _enter(
    command: Sequence[str],
    folder: Path,
    kernel: Confinement,
    environment: Mapping[str, str],
    readable: Iterable[Path],
    bounds: Bounds,
    parent: int,
) -> NoReturn:
    """In the forked process: confine it and become the program."""
    try:
        os.setsid()
        die_with_parent(parent)
        _settle(folder)
        drop_capabilities()
        if kernel.landlock:
            landlock.restrict(_rules(Path(command[0]), folder, readable))
        _limit(bounds)
        if kernel.seccomp:
            seccomp.restrict(also=_EXECUTING)
        os.execve(command[0], list(command), dict(environment))  # noqa: S606  # no shell, and the path is ours
    except BaseException as error:  # noqa: BLE001  # whatever happens here, it must not run on as a copy of its parent
        os.write(2, f"{command[0]}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(_NOT_EXECUTED)


def _settle(folder: Path) -> None:
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):  # ignored by Python, and a program inherits that
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(ERRORS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    for source, target in ((null, 0), (null, 1), (errors, 2)):
        os.dup2(source, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _rules(program: Path, folder: Path, readable: Iterable[Path]) -> list[tuple[Path, landlock.Access]]:
    execute = landlock.READ | landlock.Access.EXECUTE
    beside = program.resolve().parents[1] / "lib"  # where it came with libraries of its own (conda)
    return [
        *((Path(path), landlock.READ) for path in _LIBRARIES),
        *((path, landlock.READ) for path in (beside, *readable)),
        *((path, execute) for path in (program.resolve(), *_loaders())),
        *((Path(path), landlock.READ) for path in ("/dev/urandom", "/dev/random", "/dev/zero")),
        (Path(os.devnull), landlock.READ | landlock.Access.WRITE_FILE),
        (folder, landlock.READ_WRITE),
    ]


@cache
def _loaders() -> tuple[Path, ...]:
    """The system's program loaders, without which nothing can be executed."""
    return tuple({path.resolve() for pattern in _LOADERS for path in Path("/").glob(pattern)})


def _limit(bounds: Bounds) -> None:
    for name, value, spare in (
        (resource.RLIMIT_CPU, bounds.cpu_seconds, 1),  # at the second one SIGKILL, which says nothing of the reason
        (resource.RLIMIT_FSIZE, bounds.file_bytes, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, bounds.memory_bytes, 0),
    ):
        _, ceiling = resource.getrlimit(name)
        soft, hard = (
            bound if ceiling == resource.RLIM_INFINITY else min(bound, ceiling) for bound in (value, value + spare)
        )
        resource.setrlimit(name, (soft, hard))
