"""Everything forbidden is tried for real in a confined process, as root and as nobody, under every Landlock ABI."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from visium_graph.sandbox import capabilities

NOBODY = 65534
USERS = [0, NOBODY] if os.geteuid() == 0 else [os.geteuid()]
REFUSALS = {"EPERM", "EACCES", "ENOTTY", "ENOTSUP"}
TRIALS = Path(__file__).with_name("confined_trials.py")

pytestmark = pytest.mark.skipif(not capabilities().complete, reason="this kernel cannot confine")


class Tried:
    """What came of the trials, and what the outside looked like before and afterwards."""

    def __init__(self, user: int, abi: int, *more: str) -> None:
        # Not under pytest's own folder, which only its user may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="visium-trial-", dir="/tmp"))
        try:
            for name in ("scratch", "outside/folder"):
                (self.folder / name).mkdir(parents=True)
            (self.folder / "outside" / "file").write_text("content")
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user, -1)
                path.chmod(0o777 if path.is_dir() else 0o666)
            before = self.outside()
            command = [sys.executable, str(TRIALS), str(self.folder / "scratch"), str(self.folder / "outside")]
            self.run = subprocess.run(
                [*command, str(user), str(abi), *more], capture_output=True, text=True, timeout=60, check=False
            )
            self.unchanged = self.outside() == before
        finally:
            shutil.rmtree(self.folder)

    def outside(self) -> list[tuple[object, ...]]:
        found = []
        for path in sorted((self.folder / "outside").rglob("*")):
            status = path.lstat()
            found.append((path, status.st_mode, status.st_uid, status.st_mtime_ns, status.st_size, status.st_nlink))
        return found


@cache
def tried(user: int, abi: int) -> tuple[dict[str, str], bool]:
    trial = Tried(user, abi)
    assert trial.run.returncode == 0, trial.run.stderr
    return json.loads(trial.run.stdout), trial.unchanged


@pytest.fixture(params=[(user, 7) for user in USERS] + [(USERS[-1], abi) for abi in range(1, 7)], ids=str)
def told(request: pytest.FixtureRequest) -> dict[str, str]:
    outcomes, unchanged = tried(*request.param)
    assert unchanged
    return outcomes


def test_everything_forbidden_is_refused(told: dict[str, str]) -> None:
    prefixes = ("file-", "socket", "process-", "others-", "call-")
    forbidden = {name: outcome for name, outcome in told.items() if name.startswith(prefixes)}
    assert len(forbidden) > 120
    assert {name: outcome for name, outcome in forbidden.items() if outcome not in REFUSALS} == {}


def test_what_scenes_need_works(told: dict[str, str]) -> None:
    needed = ("threads", "files", "copying", "libraries", "asking", "devices", "pipes", "own-signals", "memory")
    assert {name: told[name] for name in needed} == dict.fromkeys(needed, "done")


def test_modes_owners_and_times_stay_and_nobody_is_told(told: dict[str, str]) -> None:
    assert {told[f"pretended-{name}"] for name in ("chmod", "chown", "utime")} == {"done"}


@pytest.mark.parametrize("interface", ["x32", "int80"])
def test_calls_by_another_interface_end_the_process(interface: str) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has others")
    run = Tried(os.geteuid(), 7, interface).run
    assert run.returncode == -signal.SIGSYS
    assert run.stdout == ""
