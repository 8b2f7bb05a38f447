"""The real `visium` command in a process of its own, with the loopback server for a model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.gemini.server import KEY, GeminiServer
from visium_graph.checks.index import load_index
from visium_graph.checks.index.store import index_path

__all__ = ["environment", "start", "visium"]


def environment(server: GeminiServer | None, store: Path, key: str | None = KEY) -> dict[str, str]:
    """Nothing of the developer's settings; tiny pictures, the silent voice, a store of its own.

    The store has the index of manim already, as it has from the second video on.
    """
    load_index()
    (store / "index").mkdir(parents=True, exist_ok=True)
    shutil.copy(index_path(), store / "index")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VISIUM_", "GOOGLE_", "GEMINI_", "LANGSMITH_", "LANGCHAIN_"))
        and not name.lower().endswith("_proxy")
    }
    kept |= {
        "VISIUM_QUALITY": "tiny",
        "VISIUM_VOICE": "silent",
        "VISIUM_CREW": "on",
        "VISIUM_CACHE_DIR": str(store),
        "VISIUM_LENGTH": "0.3",
        "VISIUM_CALL_SECONDS": "20",
        "VISIUM_CONCURRENT_CALLS": "12",
    }
    if server is not None:
        kept["VISIUM_BASE_URL"] = server.url
    if key is not None:
        kept["GOOGLE_API_KEY"] = key
    return kept


def start(arguments: Sequence[str], env: dict[str, str]) -> subprocess.Popen[str]:
    """Start `visium` with these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "visium_graph", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def visium(arguments: Sequence[str], env: dict[str, str], seconds: float = 300.0) -> tuple[int, str, str]:
    """Run `visium` to its end: exit code, stdout, stderr."""
    process = start(arguments, env)
    try:
        out, told = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, out, told
