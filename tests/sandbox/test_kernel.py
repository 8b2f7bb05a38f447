"""Where the kernel cannot confine. Such a kernel is made here: a filter answers for it that there is no Landlock."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from visium_graph.sandbox import Confinement, capabilities
from visium_graph.sandbox.seccomp import program
from visium_graph.sandbox.syscalls import ARCHITECTURES, this_architecture

POORER = """
    import errno
    from visium_graph.sandbox import seccomp
    from visium_graph.sandbox.syscalls import this_architecture
    seccomp.install(seccomp.denying({calls!r}, errno.ENOSYS, this_architecture()))
"""
CODE = "from manim import *\n\nclass One(Scene):\n    def construct(self):\n        self.add(Square())\n        self.wait(0.2)\n"

pytestmark = pytest.mark.skipif(this_architecture() is None, reason="no table of system calls for this processor")


def poorer(
    script: str, *arguments: str, calls: tuple[str, ...] = ("landlock_create_ruleset",)
) -> subprocess.CompletedProcess[str]:
    """Run a script on a kernel without these system calls."""
    text = textwrap.dedent(POORER).format(calls=calls) + textwrap.dedent(script)
    return subprocess.run(
        [sys.executable, "-c", text, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def visium(*arguments: object) -> subprocess.CompletedProcess[str]:
    return poorer("from visium_graph.cli import main; main()", *map(str, arguments))


@pytest.fixture
def storyboard(tmp_path: Path) -> Path:
    board = {
        "title": "One",
        "scenes": [
            {
                "id": "one",
                "title": "One",
                "beats": [{"id": "a", "say": "One."}],
                "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "One"}]},
            }
        ],
    }
    path = tmp_path / "storyboard.json"
    path.write_text(json.dumps(board))
    return path


def with_code(storyboard: Path) -> Path:
    board = json.loads(storyboard.read_text())
    board["scenes"][0]["code"] = CODE
    storyboard.write_text(json.dumps(board))
    return storyboard


def test_this_kernel_is_told_by_trying() -> None:
    kernel = capabilities()
    assert kernel == capabilities()
    assert kernel.complete == (kernel.missing == "")


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (("landlock_create_ruleset",), Confinement(0, seccomp=True)),
        (("prctl",), Confinement()),  # without it neither layer can be put on
    ],
)
def test_a_poorer_kernel_is_told(calls, expected: Confinement) -> None:
    if not capabilities().complete:
        pytest.skip("this kernel is poorer already")
    run = poorer("from visium_graph.sandbox import capabilities; print(repr(capabilities()))", calls=calls)
    assert run.stdout.strip() == repr(expected)
    assert not expected.complete
    assert "Landlock" in expected.missing


def test_what_does_not_answer_does_not_hold() -> None:
    run = poorer(
        """
        import sys
        from visium_graph.sandbox import kernel
        sys.executable = "/nonexistent/python"
        print(kernel.capabilities().complete)
        """
    )
    assert run.stdout.strip() == "False", run.stderr


JOBS = """
    from pathlib import Path
    import sys
    from visium_graph.sandbox import Job, run_job, runner
    from visium_graph.sandbox.client import close_all
    payload = dict(scene_id="one", code={code!r}, beats=[], width=214, height=120, fps=10, theme="dark", math="mathjax", assets={{}})
    for number, given in enumerate([{{}}, {{"trusted": True}}, {{"allow_unsandboxed": True}}]):
        try:
            print(run_job(Job("check", payload, Path(sys.argv[1], str(number)), **given)).status)
        except Exception as error:
            print(type(error).__name__, error)
    # Whoever asks may forget to ask first: the preloaded process refuses by itself.
    runner.require_confinement = lambda: None
    runner._TRIES = 1
    print(run_job(Job("check", payload, Path(sys.argv[1], "3"))).status)
    close_all()
"""


def test_a_job_runs_there_only_when_it_may(tmp_path: Path) -> None:
    run = poorer(JOBS.format(code=CODE), str(tmp_path))
    refused, trusted, allowed, forgotten = run.stdout.splitlines()
    assert refused.startswith("EnvironmentFault this kernel cannot confine")
    assert (trusted, allowed, forgotten) == ("done", "done", "crashed")


def test_code_is_refused_before_anything_is_spent(storyboard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = visium("make", with_code(storyboard), "-o", out, "--quality", "tiny", "--voice", "silent")
    assert run.returncode == 3
    assert run.stderr.strip().splitlines()[-1].startswith("visium: this kernel cannot confine scene code")
    assert "--unsandboxed" in run.stderr
    assert not (out / "timing.json").exists()  # nothing was spoken yet
    again = visium("resume", out)
    assert again.returncode == 3


def test_templates_run_there_with_a_warning(storyboard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = visium("make", storyboard, "-o", out, "--quality", "tiny", "--voice", "silent")
    assert run.returncode == 0, run.stderr
    assert (out / "video.mp4").is_file()
    assert "note: the scenes' templates ran unconfined" in run.stderr
    (warning,) = json.loads((out / "report.json").read_text())["warnings"]
    assert "Landlock" in warning


def test_an_edited_scene_is_code_too(storyboard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "scenes").mkdir(parents=True)
    (out / "scenes" / "one.py").write_text(CODE)
    assert visium("make", storyboard, "-o", out, "--quality", "tiny", "--voice", "silent").returncode == 3


def test_who_says_so_runs_code_unconfined(storyboard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = visium("make", with_code(storyboard), "-o", out, "--quality", "tiny", "--voice", "silent", "--unsandboxed")
    assert run.returncode == 0, run.stderr
    assert "all scene code ran unconfined, as was allowed" in run.stderr
    (scene,) = json.loads((out / "report.json").read_text())["scenes"]
    assert scene["coder"] == "storyboard"


def test_a_dry_run_of_a_file_is_refused_and_reading_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "scene.py"
    file.write_text(CODE)
    assert visium("check", file).returncode == 0
    assert visium("check", "--geometry", file).returncode == 3
    assert visium("check", "--geometry", "--unsandboxed", file).returncode == 0


def test_doctor_says_what_would_happen() -> None:
    run = visium("doctor")
    assert "seccomp only: templates run with a warning, code that a person or a model wrote is refused" in run.stdout


def test_the_numbers_are_libseccomps() -> None:
    ctypes = pytest.importorskip("ctypes")
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not installed")
    for name, architecture in ARCHITECTURES.items():
        token = architecture.audit
        wrong = {
            call: number
            for call, number in architecture.numbers.items()
            if library.seccomp_syscall_resolve_name_arch(token, call.encode()) not in {number, -1}
        }
        assert wrong == {}, name


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_the_program_is_well_formed(name: str) -> None:
    """What the kernel's own verifier asks: jumps stay inside, every road ends in an answer, not longer than 4096."""
    code = program(4711, ARCHITECTURES[name])
    operations = [
        (int.from_bytes(code[at : at + 2], "little"), code[at + 2], code[at + 3]) for at in range(0, len(code), 8)
    ]
    assert len(operations) < 4096
    assert operations[-1][0] == 0x06
    for number, (kind, if_true, if_false) in enumerate(operations):
        if kind & 7 == 5:
            assert number + 1 + max(if_true, if_false) < len(operations)
