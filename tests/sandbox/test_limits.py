"""Each limit of a job, exceeded for real and by little: it is killed, and the finding says which limit it was."""

from __future__ import annotations

import os

import pytest

from visium_graph.checks import findings_of
from visium_graph.sandbox import run_job

MODULE = "import os, sys, threading, time\nfrom pathlib import Path\nfrom manim import *\n"

OVER = {
    "log": ("while True: print('x' * 50_000)", {"log_bytes": 200_000}, "printed more than 0.19"),
    "threads": (
        "for _ in range(40): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\ntime.sleep(9)",
        {"threads": 20},
        "started more than 20 threads",
    ),
    "files": (
        "for n in range(300): Path(f'f{n}').touch()\ntime.sleep(9)",
        {"files": 200},
        "made more than 200 files",
    ),
    "folders": (
        "for n in range(300): Path(f'f{n}').mkdir()\ntime.sleep(9)",
        {"files": 200},
        "made more than 200 files",
    ),
    "depth": (
        "for n in range(100): os.mkdir('d'); os.chdir('d')\ntime.sleep(9)",
        {},
        "made folders that cannot be looked into, or lie too deep",
    ),
    "closed-folder": (
        "os.mkdir('closed', 0o300)\nPath('closed/file').touch()\ntime.sleep(9)",
        {},
        "made folders that cannot be looked into",
    ),
    "disk": (
        "for n in range(40): Path(f'f{n}').write_bytes(bytes(1_000_000))\ntime.sleep(9)",
        {"disk_mb": 20},
        "wrote more than 20 MB",
    ),
    "same-file-again": (
        "while True: Path('f').write_bytes(bytes(1_000_000))",
        {"disk_mb": 20},
        "wrote more than 20 MB",
    ),
    "by-mapping": (
        (
            "import mmap\nfile = open('f', 'w+b'); os.ftruncate(file.fileno(), 15 << 20)\n"
            "other = open('g', 'w+b'); os.ftruncate(other.fileno(), 15 << 20)\n"
            "for one in (file, other): mmap.mmap(one.fileno(), 15 << 20)[:] = bytes(range(256)) * (15 << 12)\n"
            "os.unlink('f'); os.unlink('g'); time.sleep(9)"
        ),
        {"disk_mb": 20},
        "wrote more than 20 MB",
    ),
    "processor": (
        "def spin():\n    while True: sum(range(1000))\nspin()",
        {"cpu_seconds": 0.5},
        "used more than 0.5 s of processor time",
    ),
    "result": (
        (
            "import stat\n"
            "for number in range(3, 200):\n"
            "    try: is_pipe = stat.S_ISFIFO(os.fstat(number).st_mode)\n"
            "    except OSError: continue\n"
            "    if is_pipe: os.write(number, bytes(300_000))\n"
            "time.sleep(9)"
        ),
        {},
        "sent a result of more than 256 KB",
    ),
}


@pytest.mark.parametrize("name", OVER)
def test_what_goes_beyond_a_limit_is_killed_and_told(make_job, name: str) -> None:
    if name == "closed-folder" and os.geteuid() == 0:
        pytest.skip("root looks into every folder")
    code, limits, message = OVER[name]
    result = run_job(make_job(MODULE + code, "render", seconds=20, **limits))
    status, rule = ("timeout", "time-limit") if name == "processor" else ("limit", "resource-limit")
    assert (result.status, result.cached) == (status, False)
    (finding,) = findings_of(result, "one.py")
    assert (finding.rule, message in finding.message) == (rule, True), finding.message
    assert result.seconds < 15
