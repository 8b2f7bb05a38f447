"""How much work a second of video costs: every built-in lesson, at draft and at 720p30, from an empty cache.

    make bench-lessons

Prints wall-clock and CPU seconds (of the command and all its processes) for each second of finished video.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av

from visium_graph.sources.lessons import lesson_names


def measure(lesson: str, quality: str, folder: Path) -> tuple[float, float, float]:
    """Make one lesson; returns wall seconds, CPU seconds and seconds of video."""
    out = folder / f"{lesson}-{quality}"
    environment = {**os.environ, "VISIUM_CACHE_DIR": str(folder / f"cache-{lesson}-{quality}")}
    command = [sys.executable, "-m", "visium_graph", "make", lesson, "--quality", quality, "-o", str(out)]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    with av.open(str(out / "video.mp4")) as container:
        length = container.duration / av.time_base
    return wall, usage.ru_utime + usage.ru_stime, length


def main() -> None:
    """Print one line a lesson and quality."""
    print(f"{'lesson':16}{'quality':9}{'video s':>9}{'wall s':>9}{'CPU s':>9}{'wall/s':>9}{'CPU/s':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for quality in ("draft", "medium"):
            for lesson in lesson_names():
                wall, cpu, length = measure(lesson, quality, Path(folder))
                print(
                    f"{lesson:16}{quality:9}{length:9.1f}{wall:9.1f}{cpu:9.1f}{wall / length:9.2f}{cpu / length:9.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
