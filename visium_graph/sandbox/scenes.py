"""Jobs of a storyboard's scenes: what exactly is checked and rendered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from visium_graph.layouts import ImageLayout
from visium_graph.run import Run
from visium_graph.sandbox.job import Job, Limits
from visium_graph.settings import QUALITIES, Settings
from visium_graph.storyboard import Scene

__all__ = ["check_job", "render_job"]


def check_job(
    scene: Scene,
    code: str,
    seconds: Sequence[float],
    run: Run,
    settings: Settings,
    theme: str,
    *,
    trusted: bool = False,
) -> Job:
    """The check of one draft. Its frame is always small, so that one check serves every quality.

    Args:
        scene: the scene the code is for.
        code: the draft.
        seconds: narration of each beat, in seconds.
        run: where its assets are.
        settings: limits, the formula engine and the store.
        theme: `dark` or `light`.
        trusted: whether this package generated the draft; see `Job.trusted`.
    """
    limits = Limits(min(60.0, settings.job_seconds / 4), settings.job_memory_mb)
    return _job("check", "draft", limits, scene, code, seconds, run, settings, theme, trusted)


def render_job(
    scene: Scene,
    code: str,
    seconds: Sequence[float],
    run: Run,
    settings: Settings,
    theme: str,
    *,
    trusted: bool = False,
) -> Job:
    """The rendering of one accepted draft at the quality of the settings; arguments as for `check_job`."""
    limits = Limits(settings.job_seconds, settings.job_memory_mb)
    return _job("render", settings.quality, limits, scene, code, seconds, run, settings, theme, trusted)


def _job(
    task: str,
    quality: str,
    limits: Limits,
    scene: Scene,
    code: str,
    seconds: Sequence[float],
    run: Run,
    settings: Settings,
    theme: str,
    trusted: bool,
) -> Job:
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
