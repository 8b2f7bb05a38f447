"""A person plays the model: requests as folders, answers as files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from langchain_core.messages import HumanMessage, SystemMessage

from tests.gemini.clients import chat
from tests.gemini.relay import Relay
from tests.gemini.server import GeminiServer
from tests.gemini.situations import Script

SCRIPT = {"topic": "Squares", "scenes": [{"title": "Why", "seconds": 3.0}]}


def appeared(path: Path, seconds: float = 10.0) -> Path:
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
        time.sleep(0.02)
    return path


def test_a_request_can_be_read_and_answered_by_hand(tmp_path):
    picture = {"type": "image", "base64": "iVBORw0KGgo=", "mime_type": "image/png"}
    messages = [
        SystemMessage("You write scripts."),
        HumanMessage(content=[{"type": "text", "text": "About squares"}, picture]),
    ]
    with GeminiServer(Relay(tmp_path, poll=0.02)) as server, ThreadPoolExecutor() as pool:
        asking = chat(server, timeout=30).with_structured_output(Script, method="json_schema")
        waiting = pool.submit(asking.invoke, messages)
        place = appeared(tmp_path / "0001" / "request.json").parent
        text = (place / "request.md").read_text(encoding="utf-8")
        assert text.index("You write scripts.") < text.index("About squares") < text.index('"title": "Script"')
        assert (place / "blob-1.png").read_bytes() == b"\x89PNG\r\n\x1a\n"
        (place / "answer.json").write_text('{"topic": "Squares"}', encoding="utf-8")
        assert "scenes" in appeared(place / "problem.txt").read_text(encoding="utf-8")
        assert not waiting.done()
        (place / "answer.json").write_text(f"```json\n{json.dumps(SCRIPT)}\n```\n", encoding="utf-8")
        assert waiting.result(timeout=10).topic == "Squares"


def test_an_answer_is_kept_for_the_same_request_also_after_a_restart(tmp_path):
    with GeminiServer(Relay(tmp_path, poll=0.02)) as server, ThreadPoolExecutor() as pool:
        waiting = pool.submit(chat(server, timeout=30).invoke, "hello")
        place = appeared(tmp_path / "0001" / "request.json").parent
        (place / "answer.txt").write_text("Good day.\n", encoding="utf-8")
        assert waiting.result(timeout=10).text == "Good day."  # the chat model drops line ends at the end
    with GeminiServer(Relay(tmp_path, poll=0.02)) as server:
        assert chat(server).invoke("hello").text == "Good day."
    assert [path.name for path in tmp_path.iterdir()] == ["0001"]


def test_the_command_says_how_to_reach_it_and_leaves_a_log(tmp_path, project):
    command = [sys.executable, "-m", "tests.gemini", "relay", str(tmp_path)]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        told = dict(word.split("=", 1) for word in process.stdout.readline().split())
        assert told["GOOGLE_GEMINI_BASE_URL"].startswith("http://127.0.0.1:")
        assert told["GOOGLE_API_KEY"]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=10) == 0
    assert (tmp_path / "log.jsonl").read_text(encoding="utf-8") == ""
