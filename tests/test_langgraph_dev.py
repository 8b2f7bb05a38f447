"""The real `langgraph dev` server, as LangGraph Studio talks to it, on the loopback interface."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from visium_graph.storyboard import Storyboard

START_SECONDS = 60
RUN_SECONDS = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a running server. The server keeps its state in a folder of its own, not in the checkout."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    log = folder / "server.log"
    command = [str(Path(sys.executable).with_name("langgraph")), "dev", "--no-browser", "--no-reload"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--config", str(moved_config(project, folder))]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            wait_until_up(client, process, log)
            yield client
    finally:
        stop(process)


def moved_config(project: Path, folder: Path) -> Path:
    """The checkout's langgraph.json for a server that starts elsewhere: paths in it count from where it starts."""
    config = json.loads((project / "langgraph.json").read_text(encoding="utf-8"))
    config["dependencies"] = [str(project / path) for path in config["dependencies"]]
    config["graphs"] = {name: str(project / path) for name, path in config["graphs"].items()}
    path = folder / "langgraph.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def wait_until_up(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/ok").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail("the server did not start:\n" + log.read_text(encoding="utf-8", errors="replace")[-4000:])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and what it started: its session is its process group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=10)


def test_studio_finds_the_graph_and_its_settings(server: httpx.Client) -> None:
    (assistant,) = server.post("/assistants/search", json={}).raise_for_status().json()
    assert assistant["graph_id"] == "video"
    schemas = server.get(f"/assistants/{assistant['assistant_id']}/schemas").raise_for_status().json()
    assert set(schemas["input_schema"]["properties"]) == {"source", "documents", "out"}
    assert {"quality", "voice", "theme"} <= set(schemas["context_schema"]["properties"])


def test_studio_sees_inside_the_scene(server: httpx.Client) -> None:
    (assistant,) = server.post("/assistants/search", json={}).raise_for_status().json()
    picture = (
        server.get(f"/assistants/{assistant['assistant_id']}/graph", params={"xray": "true"}).raise_for_status().json()
    )
    names = {str(node["id"]) for node in picture["nodes"]}
    assert {
        "script",
        "director",
        "narrate",
        "collect",
        "render",
        "scene:coder",
        "scene:check",
        "scene:reviewer",
    } <= names


def test_a_run_makes_a_video(server: httpx.Client, tmp_path: Path, tiny_storyboard: Storyboard) -> None:
    board = tmp_path / "board.json"
    board.write_text(tiny_storyboard.dumps(), encoding="utf-8")
    request = {
        "assistant_id": "video",
        "input": {"source": str(board), "out": str(tmp_path / "out")},
        "context": {"quality": "tiny", "voice": "silent", "workers": 1, "cache_dir": str(tmp_path / "cache")},
    }
    answer = server.post("/runs/wait", json=request, timeout=RUN_SECONDS).raise_for_status().json()
    assert "__error__" not in answer, answer
    assert Path(answer["video"]) == tmp_path / "out" / "video.mp4"
    assert Path(answer["video"]).stat().st_size > 1000
