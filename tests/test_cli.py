"""The command as a person uses it: a process of its own, its streams, its exit codes."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from visium_graph.sources.lessons import lesson_names

TINY = ["--quality", "tiny", "--voice", "silent"]
ARTICLE = """# Halving

A sorted list can be searched by halving it again and again.

## Why it is fast

Each question halves what is left, so twenty questions are enough for a million items.
That is what makes the method so much faster than reading every item.

$$2^{20} = 1048576$$

This power of two is a little more than a million.

## Limits

- The list must be sorted before the first question is asked.
- Every item must be reachable in one step from any other.
"""


def visium(*arguments, cwd, **options):
    command = [sys.executable, "-m", "visium_graph", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False, **options)


def test_an_article_becomes_a_video(tmp_path):
    (tmp_path / "article.md").write_text(ARTICLE)
    done = visium("make", "article.md", *TINY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "runs/article/video.mp4")
    run = tmp_path / "runs" / "article"
    expected = "storyboard.json timing.json video.mp4 video.srt video.vtt report.json report.html contact.png"
    assert not [name for name in expected.split() if not (run / name).stat().st_size]
    assert "\x1b" not in done.stderr

    again = visium("render", "runs/article", "--json", *TINY, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "nothing has changed since this video was made" in again.stderr
    assert json.loads(again.stdout) == json.loads((run / "report.json").read_text())

    made_again = visium("make", "article.md", "--json", *TINY, cwd=tmp_path)
    assert made_again.returncode == 0, made_again.stderr
    assert all(scene["cached"] for scene in json.loads(made_again.stdout)["scenes"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["make", "missing.md"], 2, "missing.md: no such file"),
        (["make", "empty.md"], 2, "empty.md: "),
        (["make", "binary.md"], 2, "binary.md: "),
        (["make", "folder"], 2, "folder: "),
        (["make", "picture.xyz"], 2, "picture.xyz: "),
        (["make", "quantum chromodynamics"], 2, "pick a built-in lesson"),
        (["make", ""], 2, "no source"),
        (["make", "broken.json"], 2, "broken.json:1:2: not valid JSON"),
        (["make", "silent.json"], 2, "scenes[0].beats: "),
        (["make", "contradictory.json"], 2, "beats[0].reveal names 'q'"),
        (["make", "picture.json"], 2, "assets/nope.png"),
        (["make", "article.md", "-o", "article.md/run"], 3, "cannot write there"),
        (["make", "article.md", "--set", "nope=1"], 2, "unknown setting 'nope'"),
        (["make", "article.md", "--set", "nope"], 2, "expected KEY=VALUE"),
        (["make", "article.md", "--config", "nope"], 2, "no preset named 'nope'"),
        (["make", "article.md", "--quality", "huge"], 2, "'huge' is not one of"),
        (["render", "nowhere"], 2, "expected a run folder or a storyboard"),
        (["render", "folder"], 2, "no storyboard.json in this folder"),
        (["resume", "folder"], 2, "no run was started there"),
        (["resume", "nowhere"], 2, "no such run folder"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path, arguments, code, message):
    scene = {"id": "a", "title": "A", "beats": [{"id": "b", "say": "Words."}], "layout": {"kind": "title"}}
    files = {
        "article.md": ARTICLE,
        "empty.md": " \n",
        "picture.xyz": "x",
        "broken.json": "{",
        "silent.json": {**scene, "beats": []},
        "contradictory.json": {**scene, "beats": [{"id": "b", "say": "Words.", "reveal": ["q"]}]},
        "picture.json": {**scene, "layout": {"kind": "image", "parts": [{"id": "i", "path": "assets/nope.png"}]}},
    }
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps({"title": "T", "scenes": [content]})
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.md").write_bytes(b"\x00\x01\xff" * 100)
    (tmp_path / "folder").mkdir()
    done = visium(
        *arguments, *(TINY if arguments[0] != "resume" and "--quality" not in arguments else []), cwd=tmp_path
    )
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_debug_shows_the_traceback(tmp_path):
    done = visium("make", "missing.md", "--debug", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_strict_is_one_when_a_scene_fell_back(tmp_path):
    scene = {
        "id": "a",
        "title": "A",
        "beats": [{"id": "b", "say": "Words."}],
        "layout": {"kind": "title"},
        "code": "1/0",
    }
    (tmp_path / "board.json").write_text(json.dumps({"title": "T", "scenes": [scene]}))
    done = visium("make", "board.json", "-o", "run", "--strict", *TINY, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.strip() == str(tmp_path / "run/video.mp4")
    assert "scene 'a' became its template slide" in done.stderr
    assert visium("render", "run", *TINY, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_was_ended_goes_on(tmp_path, how, code):
    """Ctrl-C or kill -9 while scenes are being made: the rest is made by `resume`, what was there is kept."""
    scenes = [
        {
            "id": f"s{number}",
            "title": f"Scene {number}",
            "beats": [{"id": "b", "say": "Some words to be said here. " * 3}],
            "layout": {"kind": "bullets", "parts": [{"id": "p", "text": f"Point number {number}"}]},
        }
        for number in range(8)
    ]
    (tmp_path / "board.json").write_text(json.dumps({"title": "T", "scenes": scenes}))
    environment = {**os.environ, "VISIUM_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "visium_graph", "make", "board.json", "-o", "run", *TINY]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "run" / "scenes").glob("*.py"))) < 3:
        assert process.poll() is None, "the run was over before it could be ended"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(how)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in messages
    assert not (tmp_path / "run" / "video.mp4").exists()

    resumed = visium("resume", "run", cwd=tmp_path, env=environment)
    assert resumed.returncode == 0, resumed.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert [scene["id"] for scene in report["scenes"]] == [scene["id"] for scene in scenes]
    assert report["quality"] == "tiny"


def test_lists(tmp_path):
    assert [line.split()[0] for line in visium("lessons", cwd=tmp_path).stdout.splitlines()] == lesson_names()
    assert {line.split()[0] for line in visium("voices", cwd=tmp_path).stdout.splitlines()} >= {"hibari", "silent"}
    assert "graph TD" in visium("graph", cwd=tmp_path).stdout


def test_help_needs_neither_manim_nor_langgraph(tmp_path):
    code = "import sys; from visium_graph import cli; sys.exit(bool({'manim', 'langgraph'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
