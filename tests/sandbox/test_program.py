"""Programs run for a scene: what they may do, tried with a real interpreter that is confined like TeX."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visium_graph.sandbox import capabilities

NOBODY = 65534
USERS = [0, NOBODY] if os.geteuid() == 0 else [os.geteuid()]
TRIALS = Path(__file__).with_name("tex_trials.py")

pytestmark = pytest.mark.skipif(not capabilities().complete, reason="this kernel cannot confine")


class Place:
    """A folder for programs, `inside`, and what lies around it. All of it is the user's own."""

    def __init__(self, user: int) -> None:
        self.user = user
        # Not under pytest's own folder, which only its user may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="visium-trial-", dir="/tmp"))
        self.inside = self.folder / "inside"
        self.inside.mkdir()
        (self.folder / "canary").write_text("secret")
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, user, -1)

    def try_all(self, trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What came of each trial, run by one process of the user's, one after the other."""
        run = subprocess.run(
            [sys.executable, str(TRIALS), str(self.user)],
            input=json.dumps(trials),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(run.stdout)

    def python(self, code: str, **bounds: float) -> dict[str, Any]:
        """A trial: Python code, run by an interpreter that the user can reach."""
        libraries = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
        mine = self.user == os.geteuid()
        interpreter = os.path.realpath(sys.executable) if mine else shutil.which("python3", path="/usr/bin")
        if interpreter is None:
            pytest.skip("another user needs a Python in /usr/bin")
        inside = self.inside / str(len(list(self.inside.iterdir())))
        inside.mkdir()
        os.chown(inside, self.user, -1)
        return {
            "command": [interpreter, "-I", "-S", "-c", f"import os\n{code}"],
            "folder": str(inside),
            "readable": libraries,
            "environment": {"ONLY": "this"},
            "bounds": bounds,
        }


@pytest.fixture(params=USERS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    place = Place(request.param)
    yield place
    shutil.rmtree(place.folder)


FORBIDDEN = {
    "read": "open('../../canary')",
    "list": "os.listdir('../..')",
    "write": "open('../../new', 'w')",
    "rename": "open('a', 'w').close(); os.rename('a', '../../b')",
    "remove": "os.unlink('../../canary')",
    "link": "os.link('../../canary', 'link')",
    "symlink": "os.symlink('../../canary', 'link')",
    "pipe": "os.mkfifo('pipe')",
    "processes": "open('/proc/self/environ')",
    "temporary": "open('/tmp/visium-trial', 'w')",
    "passwords": "open('/etc/passwd')",
    "fork": "os.fork()",
    "execute": "os.execv('/bin/sh', ['sh', '-c', 'true'])",
    "execute-own": "open('a', 'wb').write(open('/usr/lib/os-release', 'rb').read()); os.execv('./a', ['a'])",
    "socket": "import socket; socket.socket()",
    "unix-socket": "import socket; socket.socket(socket.AF_UNIX)",
    "kill": "os.kill(os.getppid(), 0)",
    "raise-limit": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
    "priority": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 5)",
}


OVER = [
    ("while True: pass", {"cpu_seconds": 1}, "took longer than 1 s"),
    (
        "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        {"cpu_seconds": 1},
        "took longer than 1 s",
    ),
    ("import time; time.sleep(60)", {"wall_seconds": 0.5}, "did not end within 0.5 s"),
    (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nopen('a', 'wb').write(bytes(2 << 20))",
        {"file_bytes": 1 << 20},
        "wrote a file of more than 1 MB",
    ),
    ("for n in range(40): open(f'{n}', 'w')\nwhile True: pass", {"folder_files": 20}, "wrote more than 20 files"),
    (
        "os.mkdir('a')\nfor n in range(9): open(f'a/{n}', 'wb').write(b'x' * (1 << 20))\nwhile True: pass",
        {"folder_bytes": 4 << 20},
        "wrote more than 4 MB",
    ),
]


def test_everything_forbidden_is_refused(place: Place) -> None:
    code = "try:\n    {}\nexcept (PermissionError, ValueError):\n    os.write(2, b'refused')"
    answers = place.try_all([place.python(code.format(attempt)) for attempt in FORBIDDEN.values()])
    outcomes = dict(zip(FORBIDDEN, [answer["words"] for answer in answers], strict=True))
    assert outcomes == dict.fromkeys(FORBIDDEN, "refused")
    assert (place.folder / "canary").read_text() == "secret"
    assert sorted(path.name for path in place.folder.iterdir()) == ["canary", "inside"]


def test_it_gets_nothing_of_ours(place: Place) -> None:
    code = """
import fcntl
def is_open(number):
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
    except OSError:
        return False
    return True
held = [number for number in range(3, 256) if is_open(number)]
os.environ.pop("LC_CTYPE", None)  # Python's own
os.write(2, repr([dict(os.environ), held, os.read(0, 9), os.getsid(0) == os.getpid()]).encode())
"""
    (answer,) = place.try_all([place.python(code)])
    assert ast.literal_eval(answer["words"]) == [{"ONLY": "this"}, [], b"", True]


@pytest.mark.parametrize("place", USERS[-1:], indirect=True)
def test_what_is_over_a_limit_is_ended(place: Place) -> None:
    answers = place.try_all([place.python(code, **bounds) for code, bounds, _ in OVER])
    assert [answer["over"] for answer in answers] == [over for _, _, over in OVER]


def test_how_it_ended_is_told(place: Place) -> None:
    script = place.inside / "script"  # what its first line names would have to be executed too
    script.write_text("#!/bin/sh\necho done >&2\n")
    script.chmod(0o755)
    ended, killed, large, absent, refused = place.try_all(
        [
            place.python("raise SystemExit(7)"),
            place.python("os.kill(os.getpid(), 9)"),
            place.python("bytearray(3 << 30)"),
            {"command": ["/nowhere/latex"], "folder": str(place.inside)},
            {"command": [str(script)], "folder": str(place.inside)},
        ],
    )
    assert (ended["code"], ended["over"], ended["words"]) == (7, "", "")
    assert 0 < ended["cpu_seconds"] < 5
    assert (killed["code"], killed["over"]) == (-signal.SIGKILL, "")
    assert "MemoryError" in large["words"]
    assert absent["code"] == refused["code"] == 127
    assert "No such file" in absent["words"]
    assert "Permission denied" in refused["words"]
