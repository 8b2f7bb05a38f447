"""The preloaded process: imports the heavy libraries once, then forks a child for each job.

It is started by `visium_graph.sandbox.client` with a scrubbed environment, as `python -m visium_graph.sandbox.preload
DESCRIPTOR`, and speaks length-prefixed JSON over the socket of that number: a request is `{"scratch", "limits",
"must_be_confined", "store", "expected"}`; the answer is `{"pid"}` for each child that is started, then the ending. It
ends when the socket does.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import os
import pkgutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from visium_graph.sandbox import child, wire
from visium_graph.sandbox.confine import readable
from visium_graph.sandbox.job import INSPECTIONS, TASKS, Limits
from visium_graph.sandbox.kernel import Confinement, probe
from visium_graph.sandbox.linux import adopt_orphans
from visium_graph.sandbox.monitor import Ending, OwnerGone, watch
from visium_graph.sandbox.scratch import remove_tree, sweep, temporary_folder
from visium_graph.store import Store

__all__ = ["main"]

_LOADED_LATE = ("PIL.PngImagePlugin", "pygments.lexers.python", "pygments.lexers.special")
"""What libraries load at the first use of something that most scenes use."""


def main(descriptor: int) -> None:
    """Serve jobs until the other end of the socket is closed."""
    # Else Python tries the folder with a file, which a kill at that moment would leave there.
    tempfile.tempdir = os.environ["TMPDIR"]
    link = socket.socket(fileno=descriptor)
    link.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    sweep()
    with temporary_folder():
        kernel = probe()
        _import()
    readable()  # found once, for all children
    with contextlib.suppress(OwnerGone, ConnectionError):
        link.sendall(wire.pack({"ready": os.getpid()}))
        while (request := wire.receive(link)) is not None:
            link.sendall(wire.pack(_serve(request, kernel, link)))


def _import() -> None:
    ours = [place.partition(":")[0] for place in (*TASKS.values(), *INSPECTIONS.values())]
    layouts = importlib.import_module("visium_graph.stage.layouts")
    ours += [module.name for module in pkgutil.iter_modules(layouts.__path__, f"{layouts.__name__}.")]
    for name in ("manim", "visium_graph.stage", *ours, *_LOADED_LATE):
        importlib.import_module(name)
    # Manim's progress bars, shown or not, share a lock between processes, which a child may not make: one of threads does.
    importlib.import_module("tqdm").tqdm.set_lock(threading.RLock())
    # The formula engine and the fonts load at their first use, which would be in every child.
    importlib.import_module("visium_graph.stage").RichText("ready $x^2$")
    gc.collect()
    gc.freeze()  # what is loaded now stays shared with the children: the collector must not touch its pages


def _serve(request: dict[str, Any], kernel: Confinement, link: socket.socket) -> dict[str, Any]:
    if request["must_be_confined"] and not kernel.complete:  # whoever asked should have asked `require_confinement`
        raise SystemExit("refused: the kernel cannot confine the job")
    scratch = Path(request["scratch"])
    limits, store = Limits(**request["limits"]), Store(Path(request["store"]))
    try:
        ending = watch(child.job, scratch, limits, kernel, store, link)
        expected, value = request["expected"], _told_value(ending)
        if expected["task"] in INSPECTIONS and value is not None:
            work = child.inspection(expected, value)
            ending = _judged(ending, watch(work, scratch, limits, kernel, store, link))
        return dataclasses.asdict(ending)
    except (OwnerGone, ConnectionError):
        remove_tree(scratch)  # its owner cannot any more
        raise


def _told_value(ending: Ending) -> dict[str, Any] | None:
    """The value that a job says it has come to; None where it says something else."""
    told = ending.message or {}
    return told["value"] if told.get("status") == "done" and isinstance(told.get("value"), dict) else None


def _judged(ending: Ending, inspection: Ending) -> Ending:
    """The ending of a job, with what the inspection of its files came to."""
    verdict = inspection.message or {"status": "refused", "why": "files that cannot be looked at"}
    times = {name: getattr(ending, name) + getattr(inspection, name) for name in ("seconds", "cpu_seconds")}
    if verdict.get("status") == "fine":
        return dataclasses.replace(ending, **times)
    why = f"the scene's process made {verdict.get('why')}"
    return dataclasses.replace(ending, outcome="crashed", signal=inspection.signal, message=None, why=why, **times)


if __name__ == "__main__":
    main(int(sys.argv[1]))
