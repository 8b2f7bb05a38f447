"""What this kernel can enforce, found out by really doing it in processes that are thrown away."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from visium_graph.errors import EnvironmentFault
from visium_graph.sandbox import landlock, seccomp
from visium_graph.sandbox.linux import drop_capabilities

__all__ = ["Confinement", "capabilities", "probe", "require_confinement"]

_PROBE_SECONDS = 120.0
_HELD = 42


@dataclass(frozen=True)
class Confinement:
    """The layers that hold here."""

    landlock: int = 0
    """The kernel's Landlock ABI; 0 where it does not hold."""
    seccomp: bool = False

    @property
    def complete(self) -> bool:
        """Whether code that nobody trusts may run: every layer holds."""
        return self.landlock > 0 and self.seccomp

    @property
    def missing(self) -> str:
        """The layers that do not hold, and what to do; empty where all do."""
        lacking = []
        if not self.landlock:
            lacking.append("Landlock (Linux 5.13 or newer, with `landlock` among the kernel's lsm= modules)")
        if not self.seccomp:
            lacking.append("seccomp filters (x86_64 or aarch64, CONFIG_SECCOMP_FILTER)")
        return " and ".join(lacking)


@cache
def capabilities() -> Confinement:
    """What a process started by this one could be held by. The first call takes a tenth of a second.

    It is found out in a fresh interpreter: this one may have threads, which a fork would leave behind half alive.
    """
    command = [sys.executable, "-P", "-S", "-m", __name__]
    package_home = str(Path(__file__).parents[2])
    try:
        told = subprocess.run(  # noqa: S603  # this interpreter, this module
            command, env={"PYTHONPATH": package_home}, capture_output=True, timeout=_PROBE_SECONDS, check=True
        )
        return Confinement(**json.loads(told.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return Confinement()  # what cannot be shown to hold does not hold


def require_confinement() -> None:
    """Go on only where code that nobody vouches for may run.

    Raises:
        EnvironmentFault: the kernel cannot confine it.
    """
    if missing := capabilities().missing:
        raise EnvironmentFault(
            f"this kernel cannot confine scene code that a person or a model wrote: it lacks {missing}; run it where "
            "they are, or with --unsandboxed (allow_unsandboxed) if you trust the code as you would a program"
        )


def probe() -> Confinement:
    """Try each layer in a fork of this process, which must have one thread only."""
    with tempfile.TemporaryDirectory(prefix="visium-probe-") as folder:
        abi = landlock.abi_version() if _held(lambda: _landlock_holds(Path(folder))) else 0
    return Confinement(abi, _held(_seccomp_holds))


def _held(trial: Callable[[], bool]) -> bool:
    """Whether the trial came out well in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if trial():
                code = _HELD
        except OSError:
            pass
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == _HELD


def _landlock_holds(folder: Path) -> bool:
    inside, outside = folder / "inside", folder / "outside"
    inside.mkdir()
    outside.write_text("")
    drop_capabilities()
    landlock.restrict([(inside, landlock.READ_WRITE)])
    (inside / "mine").write_text("")
    return all(
        _refused(call)
        for call in (
            outside.read_text,
            lambda: list(folder.iterdir()),
            lambda: (inside / "mine").rename(folder / "moved"),
        )
    )


def _seccomp_holds() -> bool:
    drop_capabilities()
    seccomp.restrict()
    return os.getpid() > 0 and all(
        _refused(call) for call in (os.fork, os.setsid, lambda: socket.socket(socket.AF_UNIX))
    )


def _refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES, errno.EXDEV)
    return False


if __name__ == "__main__":
    print(json.dumps(asdict(probe())))  # noqa: T201  # its standard output is its answer
