"""A job is a named task with its inputs; its result is data. Both can be pickled, so any Executor can carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from visium_graph.run import content_hash

__all__ = ["TASKS", "Job", "JobResult", "Limits", "SceneFault", "Status"]

TASKS: Mapping[str, str] = {
    "check": "visium_graph.checks.probe:probe",
    "render": "visium_graph.render.clip:render",
}
"""Task name -> `module:function`, called in the child as `function(payload, scratch) -> value`.

`scratch` is laid out like a run folder (`scenes/<id>.py`, `timing.json`, `assets/`). The value is JSON data; its
optional key `files` maps a suffix (`.mp4`, `-0.png`) to a file name in scratch, which the worker moves to the store.
"""

Status = Literal["done", "error", "timeout", "memory", "crashed"]


@dataclass(frozen=True)
class Limits:
    """What one job may use."""

    seconds: float = 60.0
    """Wall clock."""
    memory_mb: int = 3072
    """Resident memory."""


@dataclass(frozen=True)
class Job:
    """One scene to check or render.

    The payload holds everything the result depends on: `scene_id`, `code`, `beats` (`[{"id", "seconds"}]`),
    `width`, `height`, `fps`, `theme`, `math`, and `assets` (path relative to the run folder -> SHA-256).
    """

    task: str
    payload: dict[str, Any]
    store: Path
    limits: Limits = field(default_factory=Limits)
    folder: Path | None = None
    """The run folder, where the assets are; not part of the key."""

    @cached_property
    def key(self) -> str:
        """The hash under which the result is stored: two jobs with one key have one result."""
        return content_hash(self.task, self.payload, version("manim"), version("av"), _own_code())


@cache
def _own_code() -> str:
    """A hash of the code that draws and checks: a change to the look makes every clip anew, also between releases."""
    package = Path(__file__).parents[1]
    files = [*package.glob("*.py"), *(path for name in _DRAWS for path in (package / name).rglob("*.py"))]
    return content_hash([(path.relative_to(package).as_posix(), path.read_text("utf-8")) for path in sorted(files)])


_DRAWS = ("checks", "layouts", "render", "stage")


@dataclass(frozen=True)
class SceneFault:
    """Why a scene's code stopped: the exception as the author of the code would see it."""

    type: str
    message: str
    line: int = 1
    """Line of the scene file, counted from 1."""


@dataclass(frozen=True)
class JobResult:
    """How a job ended. `value` and `files` are there when `status` is `done`."""

    key: str
    status: Status
    value: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    """Suffix -> file in the store."""
    fault: SceneFault | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    cached: bool = False
    log: str = ""
    """What the scene printed, where it did not end well."""
