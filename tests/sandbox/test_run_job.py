from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from visium_graph.checks import findings_of
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.run import Store
from visium_graph.sandbox import client, run_job

SCENE = """
from manim import *

class Tiny(Scene):
    def construct(self):
        self.add(Square())
        self.wait(0.3)
"""

MODULE = "from manim import *\n"


def test_a_result_is_stored_and_found_again(make_job) -> None:
    first = run_job(make_job(SCENE, "render"))
    assert (first.status, first.cached) == ("done", False)
    assert first.value["frames"] == 6  # 0.25 s and the pause after a beat, at 10 frames a second
    assert first.cpu_seconds > 0
    again = run_job(make_job(SCENE, "render"))
    assert again.cached
    assert (again.value, again.files) == (first.value, first.files)


def test_a_result_whose_file_is_gone_is_made_again(make_job) -> None:
    first = run_job(make_job(SCENE, "render"))
    first.files[".mp4"].unlink()
    again = run_job(make_job(SCENE, "render"))
    assert not again.cached
    assert again.files[".mp4"].is_file()


def test_a_damaged_result_is_made_again(make_job) -> None:
    job = make_job(SCENE)
    Store(job.store).put("check", job.key, ".json", '{"status": "done"')
    assert not run_job(job).cached
    assert run_job(job).cached


@pytest.mark.parametrize(
    ("code", "status", "kind", "line"),
    [
        ("import os\nos.abort()", "crashed", "Crash", 3),
        ("import ctypes\nctypes.string_at(0)", "crashed", "Crash", 3),
        ("import os\nos._exit(0)", "crashed", "Crash", 1),
        ("import sys\nsys.exit(3)", "error", "SystemExit", 3),
        ("import os\nhoard = []\nwhile True: hoard.append(os.open('/dev/null', 0))", "error", "OSError", 4),
        ("raise KeyboardInterrupt('stop')", "error", "KeyboardInterrupt", 2),
        ("def deep():\n    deep()\ndeep()", "error", "RecursionError", 3),
        ("1 / 0", "error", "ZeroDivisionError", 2),
        ("x = = 1", "error", "SyntaxError", 2),
        ("x = 1", "error", "NoSceneError", 1),
        ("x = bytearray(10**12)", "memory", "MemoryLimit", 2),
    ],
)
def test_code_that_fails_says_where(make_job, code: str, status: str, kind: str, line: int) -> None:
    result = run_job(make_job(MODULE + code, "render", memory_mb=600, seconds=20))
    assert result.status == status
    assert result.fault is not None
    assert (result.fault.type, result.fault.line) == (kind, line)
    assert run_job(make_job(MODULE + code, "render", memory_mb=600)).cached is (status == "error")


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(100)"])
def test_a_hang_ends_at_the_limit(make_job, code: str) -> None:
    started = time.monotonic()
    result = run_job(make_job(MODULE + code, "render", seconds=0.5))
    assert result.status == "timeout"
    assert time.monotonic() - started < 15
    assert result.fault is not None
    assert result.fault.line == 2
    (finding,) = findings_of(result, "one.py")
    assert (finding.rule, finding.line) == ("time-limit", 2)


def test_memory_that_grows_is_stopped_below_the_machines(make_job) -> None:
    code = MODULE + "hoard = []\nwhile True:\n    hoard.append(bytearray(5_000_000))"
    result = run_job(make_job(code, memory_mb=600))
    assert result.status == "memory"
    assert result.fault is not None
    assert result.fault.line in (3, 4)


def test_output_of_any_length_is_read_and_capped(make_job) -> None:
    code = MODULE + "print('x' * 1_000_000)\nraise ValueError('after much talk')"
    result = run_job(make_job(code, "render"))
    assert result.fault is not None
    assert result.fault.message == "after much talk"
    assert len(result.log) < 10_000


def test_a_long_message_is_shortened(make_job) -> None:
    result = run_job(make_job(MODULE + "raise ValueError('x' * 10**6)", "render"))
    assert result.fault is not None
    assert len(result.fault.message) == 2000


def test_the_environment_is_scrubbed(make_job, monkeypatch: pytest.MonkeyPatch) -> None:
    client.close_all()  # the next one starts under the environment set here
    monkeypatch.setenv("GEMINI_API_KEY", "secret")
    result = run_job(make_job(MODULE + "import os\nraise ValueError(repr(dict(os.environ)) + os.getcwd())", "render"))
    assert result.fault is not None
    told = result.fault.message
    assert "secret" not in told
    assert "visium-job-" in told
    assert str(Path.home()) + "'" not in told.split("'HOME': ")[1].split(",")[0]


def test_scratch_goes_however_deep(make_job) -> None:
    code = MODULE + (
        "import os\n"
        "os.makedirs('locked/inner'); os.mkdir('closed', 0)\n"
        "for _ in range(3000):\n"
        "    os.mkdir('d'); os.chdir('d')\n"
        "raise ValueError('deep')"
    )
    result = run_job(make_job(code, "render"))
    assert result.status in {"error", "limit"}  # whether the monitor looks before it has ended is chance
    assert not list(Path(tempfile.gettempdir()).glob("visium-job-*"))


def test_assets_are_copied_and_verified(make_job, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "note.txt").write_text("hello")
    digest = hashlib.sha256(b"hello").hexdigest()
    code = MODULE + "raise ValueError(open('assets/note.txt').read())"
    result = run_job(make_job(code, "render", folder=folder, assets={"assets/note.txt": digest}))
    assert result.fault is not None
    assert result.fault.message == "hello"
    with pytest.raises(InputError, match="changed"):
        run_job(make_job(code, folder=folder, assets={"assets/note.txt": "0" * 64}))
    with pytest.raises(InputError, match="cannot be read"):
        run_job(make_job(code, folder=folder, assets={"assets/none.txt": digest}))
    with pytest.raises(InputError, match="no file of the run folder"):
        run_job(make_job(code, folder=folder, assets={"../run/assets/note.txt": digest}))


def test_a_scene_uses_its_own_folder_like_any_program(make_job) -> None:
    code = MODULE + (
        "import os, shutil, tempfile\n"
        "from pathlib import Path\n"
        "Path('made').touch(); Path('made').touch(); os.utime('made')\n"
        "shutil.copy2('made', 'copied'); os.chmod('copied', 0o600)\n"
        "with tempfile.NamedTemporaryFile('w') as file: file.write('x')\n"
        "try: os.utime('missing')\n"
        "except FileNotFoundError: raise ValueError(sorted(os.listdir('.')))"
    )
    result = run_job(make_job(code, "render"))
    assert result.fault is not None
    assert result.fault.type == "ValueError", result.fault
    assert "'copied', 'home', 'job.json', 'made'" in result.fault.message


FORGED = """
import json, os, stat, struct
def tell(message):
    data = json.dumps(message).encode()
    for number in range(3, 200):
        try: is_pipe = stat.S_ISFIFO(os.fstat(number).st_mode)
        except OSError: continue
        if is_pipe: os.write(number, struct.pack(">I", len(data)) + data)
    os._exit(0)
open("clip.mp4", "wb").write(b"no clip at all")
files = {".mp4": "clip.mp4"}
value = {"frames": 5, "fps": 10, "beats": [], "files": files}
"""


@pytest.mark.parametrize(
    ("task", "message", "why"),
    [
        ("render", "{'status': 'done', 'value': value}", "made a clip that cannot be read"),
        ("render", "{'status': 'done', 'value': {}}", "made no clip of the frame rate"),
        ("render", "{'status': 'fine', 'value': value}", "wrong form"),
        ("render", "{'status': 'done', 'value': [1]}", "wrong form"),
        ("render", "{'status': 'error', 'fault': {'type': 'X', 'message': 'y', 'line': 'z'}}", "wrong form"),
        ("render", "[1]", "before it had a result"),
        ("check", "{'status': 'done', 'value': value}", "files that nobody has looked at"),
    ],
)
def test_a_forged_result_is_refused(make_job, task: str, message: str, why: str) -> None:
    job = make_job(FORGED + f"tell({message})", task, beats=())
    result = run_job(job)
    assert (result.status, result.files) == ("crashed", {})
    assert result.fault is not None
    assert why in result.fault.message
    assert not list(job.store.rglob("*.mp4"))


def test_an_unknown_task_is_refused(make_job) -> None:
    with pytest.raises(InputError, match="unknown task 'paint'"):
        run_job(make_job(SCENE, "paint"))


def test_a_store_that_cannot_be_written_is_said_plainly(make_job, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file, no folder")
    with pytest.raises(EnvironmentFault, match="set cache_dir"):
        run_job(make_job(SCENE))


def test_threads_have_preloaded_processes_of_their_own(make_job) -> None:
    jobs = [make_job(MODULE + f"raise ValueError('{number}')", "render") for number in range(4)]
    with ThreadPoolExecutor(2) as executor:
        results = list(executor.map(run_job, jobs))
    assert [result.fault.message for result in results if result.fault] == ["0", "1", "2", "3"]


def test_a_killed_preloaded_process_is_replaced(make_job, ended, tmp_path: Path) -> None:
    sign = tmp_path / "killed"  # the scene may not read it, but sees that it is there
    code = SCENE + f"\nimport os, time\nif not os.path.exists({str(sign)!r}): time.sleep(60)"
    children = []

    def kill() -> None:
        while not (client._busy and client._busy[0]._group):
            time.sleep(0.02)
        children.append(client._busy[0]._group)
        sign.touch()
        psutil.Process(children[0]).parent().kill()

    killer = threading.Thread(target=kill)
    killer.start()
    result = run_job(make_job(code, "render"))
    killer.join()
    assert result.status == "done"
    end = time.monotonic() + 10
    while not ended(children[0]):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_process_that_cannot_start_says_why(make_job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client.close_all()
    (tmp_path / "manim.py").write_text("raise ImportError('no manim here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match="cannot start: ImportError: no manim here"):
        run_job(make_job(SCENE))


def test_stale_scratch_folders_are_swept(make_job) -> None:
    client.close_all()
    stale = Path(tempfile.mkdtemp(prefix="visium-job-"))
    (stale / "scenes").mkdir()
    os.utime(stale, (0, 0))
    run_job(make_job(SCENE))
    assert not stale.exists()
