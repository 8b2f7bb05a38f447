"""Runs a named job (check a scene, render a scene) in a killable child process; the pool runs many."""

from visium_graph.sandbox.job import TASKS, Job, JobResult, Limits, SceneFault
from visium_graph.sandbox.pool import Pool, PoolClosed, pool_for
from visium_graph.sandbox.runner import run_job

__all__ = ["TASKS", "Job", "JobResult", "Limits", "Pool", "PoolClosed", "SceneFault", "pool_for", "run_job"]
