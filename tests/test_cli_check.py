"""`visium check` as a person uses it: its outputs, its exit codes, and input of every bad kind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

import pytest

from visium_graph.checks.finding import Finding

GOOD = """from manim import *


class Good(Scene):
    def construct(self):
        circle = Circle(radius=2, color=BLUE)
        self.play(Create(circle))
        self.wait()
"""
BAD = GOOD.replace("Circle(radius", "Circle(raduis")
FIXABLE = GOOD.replace("Create(circle)", "ShowCreation(circle)")


def visium(*arguments, cwd, **options):
    command = [sys.executable, "-m", "visium_graph", "check", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False, **options)


def test_findings_with_their_source_and_exit_codes(tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    good = visium("good.py", cwd=tmp_path)
    assert (good.returncode, good.stdout, good.stderr) == (0, "nothing found in 1 file\n", "")
    both = visium("good.py", "bad.py", cwd=tmp_path)
    assert both.returncode == 1
    lines = both.stdout.splitlines()
    assert lines[0].startswith("bad.py:6:25: error[unknown-keyword]: ")
    assert "6 |         circle = Circle(raduis=2, color=BLUE)" in lines
    assert any(line.strip("| ").startswith("^^^^^^") for line in lines)
    assert "radius" in both.stdout.replace("raduis", "")
    assert lines[-1].startswith("1 error in 2 files")
    assert "\x1b" not in both.stdout


def test_outputs_for_programs(tmp_path):
    (tmp_path / "bad.py").write_text(BAD)
    as_json = visium("bad.py", "--json", cwd=tmp_path)
    assert as_json.returncode == 1
    (data,) = json.loads(as_json.stdout)
    assert data.keys() == Finding.model_fields.keys()
    assert (data["file"], data["line"], data["rule"]) == ("bad.py", 6, "unknown-keyword")
    annotations = visium("bad.py", "--github", cwd=tmp_path)
    assert annotations.returncode == 1
    assert annotations.stdout.startswith("::error file=bad.py,line=6,col=25,endColumn=")
    assert annotations.stdout.count("\n") == 1
    assert visium("--json", "--github", "bad.py", cwd=tmp_path).returncode == 2


def test_a_fix_is_written_and_the_rest_is_as_it_was(tmp_path):
    path = tmp_path / "scene.py"
    before = (
        b"\xef\xbb\xbf" + FIXABLE.replace("\n", "\r\n").replace("circle = ", "circle\t =  ").encode() + b"# \xc3\xa9nd"
    )
    path.write_bytes(before)
    done = visium("scene.py", "--fix", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout == "nothing found in 1 file; 1 fixed\n"
    assert path.read_bytes() == before.replace(b"ShowCreation", b"Create")


def test_bad_input_is_a_finding_and_never_a_traceback(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    files = {
        "empty.py": b"",
        "prose.py": b"This is not Python, it is a sentence.\n",
        "null.py": b"x = 1\x00\n",
        "latin.py": b"# caf\xe9\n" + GOOD.encode(),
        "binary.py": bytes(range(256)) * 40,
        "unary.py": b"x = " + b"-" * 200_000 + b"1\n",
        "dots.py": b"x = a" + b".b" * 100_000 + b"\n",
        "brackets.py": b"x = " + b"[" * 100_000 + b"\n",
        "elif.py": b"if a:\n    pass\n" + b"elif a:\n    pass\n" * 5_000,
        "indent.py": b"".join(b" " * depth + b"if a:\n" for depth in range(200)),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = visium("--json", "folder", "pipe.py", *files, "nowhere.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    rules = {}
    for finding in json.loads(done.stdout):
        rules.setdefault(finding["file"], set()).add(finding["rule"])
    assert rules == {
        "folder": {"unreadable"},
        "pipe.py": {"unreadable"},
        "nowhere.py": {"unreadable"},
        "empty.py": {"no-scene"},
        "latin.py": {"encoding"},
        "binary.py": {"encoding"},
        **{name: {"syntax"} for name in files if name not in {"empty.py", "latin.py", "binary.py"}},
    }


def test_a_megabyte_of_code_and_odd_but_valid_files(tmp_path):
    body = "".join(f"        c{number} = Circle(radius={number}).shift(UP)\n" for number in range(22_000))
    files = {
        "large.py": GOOD.replace("        self.wait()\n", body).encode(),
        "latin.py": b"# -*- coding: latin-1 -*-\n" + GOOD.replace("Circle(", "Text('\u00e9', ").replace("radius=2, ", "").encode("latin-1"),
        "crlf.py": GOOD.replace("\n", "\r\n").replace("    ", "\t").encode(),
        "mac.py": GOOD.replace("\n", "\r").encode(),
        "tower.py": (GOOD + "    x = " + "+".join(["1"] * 400) + "\n").encode(),
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert len(files["large.py"]) > 1_000_000
    done = visium(*files, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[:500]
    assert done.stdout == "nothing found in 5 files\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_no_permission(tmp_path):
    (tmp_path / "secret.py").write_text(GOOD)
    (tmp_path / "secret.py").chmod(0o600)
    tmp_path.chmod(0o700)
    code = (
        "import os, sys; sys.argv = ['visium', 'check', sys.argv[1]]; from visium_graph.cli import main\n"
        "from visium_graph.checks import service; os.seteuid(65534); main()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "secret.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "error[unreadable]: no permission to read it" in done.stdout
    assert "Traceback" not in done.stderr


def test_usage(tmp_path):
    assert visium(cwd=tmp_path).returncode == 2
    assert visium("--nonsense", cwd=tmp_path).returncode == 2


def test_what_the_terminal_cannot_write_is_escaped(tmp_path):
    (tmp_path / "bad.py").write_text(BAD.replace("color=BLUE)", "color=BLUE)  # 漢字"), encoding="utf-8")
    done = visium("bad.py", cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert "\\u6f22" in done.stdout


def test_checking_reads_only(tmp_path):
    """The file is not run, and neither manim nor langgraph is loaded."""
    (tmp_path / "trap.py").write_text("open('sprung', 'w').close()\n" + GOOD)
    code = (
        "import sys; sys.argv = ['visium', 'check', 'trap.py']; from visium_graph.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*sorted({'manim', 'langgraph', 'numpy', 'pydantic_settings', 'yaml'} & set(sys.modules)), '.')"
    )
    assert visium("trap.py", cwd=tmp_path).returncode == 0  # builds the index where there is none yet
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1] == "."
    assert done.stdout.splitlines()[-1].strip() == "."
    assert not (tmp_path / "sprung").exists()


def test_a_cold_check_is_quick(tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    assert visium("good.py", cwd=tmp_path).returncode == 0
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        visium("good.py", cwd=tmp_path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) <= 1.0  # seconds of processor; `make bench-check` measures it properly
