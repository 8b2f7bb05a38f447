"""A job is a named task with its inputs; its result is data. Both can be pickled, so any Executor can carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from visium_graph.sandbox.drawn_with import drawn_with
from visium_graph.store import content_hash

__all__ = ["INSPECTIONS", "TASKS", "Job", "JobResult", "Limits", "SceneFault", "Status"]

TASKS: Mapping[str, str] = {
    "check": "visium_graph.checks.probe:probe",
    "render": "visium_graph.render.clip:render",
}
"""Task name -> `module:function`, called in the child as `function(payload, scratch) -> value`.

`scratch` is laid out like a run folder (`scenes/<id>.py`, `timing.json`, `assets/`). The value is JSON data; its
optional key `files` maps a suffix (`.mp4`, `-0.png`) to a file name in scratch, which the worker moves to the store.
"""

INSPECTIONS: Mapping[str, str] = {"render": "visium_graph.render.inspection:inspect"}
"""Task -> what looks at its files before anybody else does, in another confined process: `function(expected, scratch,
value)` raises ValueError where they are not what the job should have made. `expected` is `Job.expected`."""

Status = Literal["done", "error", "timeout", "memory", "limit", "crashed"]
"""`limit` is any limit that is neither of time nor of memory: threads, disk, files, output."""


@dataclass(frozen=True)
class Limits:
    """What one job may use. What goes beyond is killed, and the result says which limit it was."""

    seconds: float = 60.0
    """Wall clock."""
    memory_mb: int = 3072
    """Resident memory."""
    cpu_seconds: float | None = None
    """Time of all processors together; None: four times the wall clock, since an encoder uses several."""
    threads: int = 64
    """At a time. An encoder on a large machine starts one for each processor, up to 16, and some more."""
    disk_mb: int = 4096
    """Written to disk, and lying in the scratch folder. Two minutes of 2160p60 take less than a quarter."""
    files: int = 20_000
    """Files and folders in the scratch folder. Manim leaves one for each formula and text."""
    log_bytes: int = 2 * 1024 * 1024
    """Printed."""
    result_bytes: int = 256 * 1024
    """Of the result as JSON. The largest honest one is a check's: some 150 findings of under a kilobyte each."""

    @property
    def processor_seconds(self) -> float:
        """`cpu_seconds`, or what it is by default."""
        return 4 * self.seconds if self.cpu_seconds is None else self.cpu_seconds


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
    trusted: bool = False
    """Whether this package generated the code itself. Such code alone may run where the kernel cannot confine it. Not
    part of the key: how a result was made says nothing about what it is."""
    allow_unsandboxed: bool = False
    """Whether the user said that even code which nobody vouches for may run unconfined there; not part of the key."""

    @property
    def must_be_confined(self) -> bool:
        """Whether the code may run only where the kernel can confine it."""
        return not (self.trusted or self.allow_unsandboxed)

    @property
    def expected(self) -> dict[str, Any]:
        """What the result's files are measured by; the scene has no hand in it."""
        sizes = {name: self.payload[name] for name in ("width", "height", "fps")}
        return {"task": self.task, "beats": len(self.payload["beats"]), **sizes}

    @cached_property
    def key(self) -> str:
        """The hash under which the result is stored: two jobs with one key have one result."""
        return content_hash(self.task, self.payload, drawn_with(self.payload.get("math", "")))


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
