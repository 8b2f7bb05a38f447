"""The real checks of a draft, as the pipeline runs them, for the bench to ask on its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from visium_graph.checks import findings_of
from visium_graph.checks.finding import Finding
from visium_graph.checks.service import check_text
from visium_graph.run import Run
from visium_graph.sandbox import JobResult, pool_for
from visium_graph.sandbox.scenes import scene_job
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene

__all__ = ["check_drafts"]

_UNREADABLE = frozenset({"syntax", "no-scene"})


def check_drafts(
    drafts: Iterable[tuple[Scene, Sequence[float], str]], run: Run, settings: Settings, theme: str = "dark"
) -> list[list[Finding]]:
    """What the static check and the dry run say of each draft, in order: (scene, seconds of its beats, code)."""
    pool = pool_for(settings)
    waiting: list[tuple[str, list[Finding], Future[JobResult] | None]] = []
    for scene, seconds, code in drafts:
        file = f"scenes/{scene.id}.py"
        said = check_text(code, file)
        unreadable = any(one.rule in _UNREADABLE and one.severity == "error" for one in said)
        job = None if unreadable else pool.submit(scene_job("check", scene, code, seconds, run, settings, theme))
        waiting.append((file, said, job))
    return [[*said, *(findings_of(job.result(), file) if job else [])] for file, said, job in waiting]
