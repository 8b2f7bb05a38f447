"""Renders scenes with this package, as a process of its own: `python jobs.py REQUEST.json RESULT.json`.

The request is `{"pieces": [[run folder, scene id], ...], "quality", "workers", "cache"}`; the result is a list of
`{"clip": path, "frames", "cpu_seconds": of the child that drew it, "cached"}` in the same order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from visium_graph.run import Run
from visium_graph.sandbox.job import Job, JobResult
from visium_graph.sandbox.pool import Pool
from visium_graph.sandbox.scenes import scene_job
from visium_graph.settings import Settings
from visium_graph.timing import Timing


def main(request: Path, result: Path) -> None:
    """Render what is asked for."""
    asked = json.loads(request.read_bytes())
    settings = Settings(quality=asked["quality"], workers=asked["workers"], cache_dir=Path(asked["cache"]))
    with Pool(settings) as pool:
        futures = [pool.submit(_job(Run(Path(run)), scene, settings)) for run, scene in asked["pieces"]]
        rows = [_row(future.result()) for future in futures]
    result.write_text(json.dumps(rows), "utf-8")


def _job(run: Run, scene_id: str, settings: Settings) -> Job:
    """The job that `visium render` would submit for the scene."""
    storyboard, timing = run.read_storyboard(), Timing.read(run.timing)
    code = run.scene(scene_id).read_text("utf-8")
    return scene_job(
        "render",
        storyboard.scene(scene_id),
        code,
        timing.seconds(scene_id),
        run,
        settings,
        settings.theme or storyboard.theme,
    )


def _row(result: JobResult) -> dict[str, Any]:
    if result.status != "done":
        raise SystemExit(f"a scene ended with {result.status}: {result.fault}")
    return {
        "clip": str(result.files[".mp4"]),
        "frames": result.value["frames"],
        "cpu_seconds": result.cpu_seconds,
        "cached": result.cached,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
