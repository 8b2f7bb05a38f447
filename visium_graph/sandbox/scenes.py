"""Jobs of a storyboard's scenes: what exactly is checked and rendered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from visium_graph.layouts import ImageLayout
from visium_graph.run import Run
from visium_graph.sandbox.job import Job, Limits
from visium_graph.settings import QUALITIES, Settings
from visium_graph.storyboard import Scene

__all__ = ["scene_job"]

_CHECK_SECONDS = 60.0


def scene_job(
    task: Literal["check", "render"],
    scene: Scene,
    code: str,
    seconds: Sequence[float],
    run: Run,
    settings: Settings,
    theme: str,
    *,
    trusted: bool = False,
) -> Job:
    """The check of one draft, or the rendering of an accepted one.

    Args:
        task: a rendering has the quality of the settings; a check's frame is always small, so that one check serves every
            quality.
        scene: the scene the code is for.
        code: the draft.
        seconds: narration of each beat, in seconds.
        run: where its assets are.
        settings: quality, limits, the formula engine and the store.
        theme: `dark` or `light`.
        trusted: whether this package generated the draft; see `Job.trusted`.
    """
    checking = task == "check"
    limit = min(_CHECK_SECONDS, settings.job_seconds / 4) if checking else settings.job_seconds
    limits = Limits(limit, settings.job_memory_mb)
    quality = "draft" if checking else settings.quality
    frame = QUALITIES[quality]
    payload: dict[str, Any] = {
        "scene_id": scene.id,
        "code": code,
        "beats": [{"id": beat.id, "seconds": length} for beat, length in zip(scene.beats, seconds, strict=True)],
        "width": frame.width,
        "height": frame.height,
        "fps": frame.fps,
        "theme": theme,
        "math": settings.math,
        "assets": _assets(scene, code, run),
    }
    return Job(task, payload, settings.cache_dir, limits, run.folder, trusted, settings.allow_unsandboxed)


def _assets(scene: Scene, code: str, run: Run) -> dict[str, str]:
    """Files the scene may read, with their hashes: the pictures of its template, all assets where code names them."""
    paths: set[Path] = set()
    if isinstance(scene.template, ImageLayout):
        paths |= {run.folder / part.path for part in scene.template.parts}
    if "assets" in code:
        paths |= set(run.assets.rglob("*"))
    return {
        path.relative_to(run.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.is_file()
    }
