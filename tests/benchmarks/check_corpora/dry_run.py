"""What manim does with a scene: a run without drawing, each scene in a forked child of a process that has manim loaded.

This is the judge of the corpora, so nothing of `visium_graph.checks` takes part. Outcomes that depend on the code alone
are kept in the project's cache, whatever changes in the checks. Only scenes of manim's own documentation, one-token
changes of them, and scenes written for this benchmark are run here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from visium_graph.run import Store
from visium_graph.settings import Settings

__all__ = ["Outcome", "dry_runs"]

_CPU_SECONDS = 15
_WALL_SECONDS = 120.0  # for a child that waits for ever
_WORKERS = 2
_WORTH_A_WORKER = 60
_KIND = "corpora"
_VERSION = 1


@dataclass(frozen=True)
class Outcome:
    """How a dry run ended."""

    status: str
    """`done`, `error` or `timeout`."""
    type: str = ""
    message: str = ""
    line: int = 1

    @property
    def text(self) -> str:
        """The exception as Python prints it."""
        return f"{self.type}: {self.message}"


def dry_runs(scenes: Sequence[tuple[str, str]], label: str = "dry runs") -> list[Outcome]:
    """Run every scene, or look its outcome up.

    Args:
        scenes: the name of the class to run (where the code has several) and the code.
        label: what the progress line on stderr says.
    """
    store = Store(Settings().cache_dir)
    keys = [_key(name, code) for name, code in scenes]
    known = {key: outcome for key in set(keys) if (outcome := _stored(store, key)) is not None}
    waiting = {key: scene for key, scene in zip(keys, scenes, strict=True) if key not in known}
    started = time.monotonic()
    for done, (key, outcome) in enumerate(_run_all(waiting), start=1):
        known[key] = outcome
        store.put(_KIND, key, ".json", json.dumps(asdict(outcome)))
        if done % 25 == 0 or done == len(waiting):
            print(f"{label}: {done}/{len(waiting)} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return [known[key] for key in keys]


def _key(name: str, code: str) -> str:
    text = json.dumps([_VERSION, name, code, version("manim"), version("numpy"), sys.version_info[:2]])
    return hashlib.sha256(text.encode()).hexdigest()


def _stored(store: Store, key: str) -> Outcome | None:
    path = store.find(_KIND, key, ".json")
    return None if path is None else Outcome(**json.loads(path.read_bytes()))


def _run_all(scenes: dict[str, tuple[str, str]]) -> Iterator[tuple[str, Outcome]]:
    if not scenes:
        return
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    with contextlib.ExitStack() as stack:
        size = min(_WORKERS, 1 + len(scenes) // _WORTH_A_WORKER)
        for _ in range(size):
            idle.put(stack.enter_context(_Worker()))

        def run(item: tuple[str, tuple[str, str]]) -> tuple[str, Outcome]:
            worker = idle.get()
            try:
                return item[0], worker.run(*item[1])
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(size) as threads:
            yield from threads.map(run, scenes.items())


class _Worker:
    """A process with manim loaded, which forks a child for each scene."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="visium-corpora-")
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self._folder.name,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()  # which ends it
        with self._process:
            pass
        self._folder.cleanup()

    def run(self, name: str, code: str) -> Outcome:
        """One scene; blocks until its child has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([name, code]), file=self._process.stdin, flush=True)
        return Outcome(**json.loads(self._process.stdout.readline()))


# --- In the worker ---------------------------------------------------------------------------------------------------


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # what scenes print is no answer
    os.environ["HOME"] = str(Path.cwd())
    from visium_graph.stage import RichText, configure

    configure(math="mathjax")
    RichText("ready $x^2$")  # the formula engine and the fonts load here, once
    for line in sys.stdin:
        name, code = json.loads(line)
        print(json.dumps(asdict(_fork(name, code))), file=answers, flush=True)


def _fork(name: str, code: str) -> Outcome:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
            os.write(writing, json.dumps(_outcome(name, code)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], _WALL_SECONDS)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read() if ready else b""
    os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still its own
    _, status = os.waitpid(child, 0)
    if data:
        return Outcome(**json.loads(data))
    if not ready or os.waitstatus_to_exitcode(status) == -signal.SIGXCPU:
        return Outcome("timeout", "TimeLimit", f"took longer than {_CPU_SECONDS} s")
    return Outcome("error", "Crash", "the process ended before it had a result")


def _outcome(name: str, code: str) -> dict[str, Any]:
    from manim.renderer.cairo_renderer import CairoRenderer

    from visium_graph.sandbox.fault import fault_of
    from visium_graph.sandbox.scene_code import running

    scratch = Path.cwd()
    path = scratch / "scenes" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(code, encoding="utf-8")
    payload = {"scene_id": name, "math": "mathjax", "width": 854, "height": 480, "fps": 15}

    class Undrawn(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs | {"skip_animations": True})

    try:
        with running(payload, scratch, Undrawn, dry_run=True) as scene_type:
            scene_type().render()
    except BaseException as error:  # noqa: BLE001  # a scene's code may raise anything at all
        fault = fault_of(error, path)
        return {"status": "error", "type": fault.type, "message": fault.message, "line": fault.line}
    return {"status": "done"}


if __name__ == "__main__":
    _serve()
