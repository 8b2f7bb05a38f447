"""Runs a named job (check a scene, render a scene) in a confined child process; the pool runs many.

Names are loaded when they are first used: the probe of the kernel is a process of its own and loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visium_graph.sandbox.job import TASKS, Job, JobResult, Limits, SceneFault
    from visium_graph.sandbox.kernel import Confinement, capabilities, require_confinement
    from visium_graph.sandbox.pool import Pool, PoolClosed, pool_for
    from visium_graph.sandbox.runner import run_job

__all__ = [
    "TASKS",
    "Confinement",
    "Job",
    "JobResult",
    "Limits",
    "Pool",
    "PoolClosed",
    "SceneFault",
    "capabilities",
    "pool_for",
    "require_confinement",
    "run_job",
]

_HOMES = {
    "kernel": ("Confinement", "capabilities", "require_confinement"),
    "job": ("TASKS", "Job", "JobResult", "Limits", "SceneFault"),
    "pool": ("Pool", "PoolClosed", "pool_for"),
    "runner": ("run_job",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
