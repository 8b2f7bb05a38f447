"""What a scene's nodes ask of models: a draft of its code, and a look at its pictures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from visium_graph.agents.coder_model import Assignment, Written, repair_code, scope_for, write_code
from visium_graph.agents.reviewer_model import RULE, review
from visium_graph.checks import findings_of
from visium_graph.checks.finding import Finding
from visium_graph.checks.scene import texts_of
from visium_graph.graph.scene_work import SceneWork
from visium_graph.graph.state import SceneState
from visium_graph.layouts import CustomLayout
from visium_graph.models import Crew, NoAnswer, crew_for
from visium_graph.sandbox import JobResult, pool_for
from visium_graph.sandbox.runner import stored_result

__all__ = ["SceneCrew", "is_complaint", "stills_of"]


def is_complaint(finding: Finding) -> bool:
    """Whether it is what the reviewer's model said, rather than a check."""
    return finding.rule == RULE


def stills_of(shown: JobResult) -> list[Path] | None:
    """A picture of each beat's end, or None where the scene could not be drawn."""
    if shown.status != "done":
        return None
    return [shown.files[f"-{number}.png"] for number in range(len(shown.value["beats"]))]


@dataclass(frozen=True)
class SceneCrew:
    """The coder's and the reviewer's model at work on one scene."""

    work: SceneWork
    crew: Crew

    @classmethod
    def of(cls, work: SceneWork, state: SceneState) -> Self | None:
        """The crew, where a model may write this scene: a custom one without code, as long as there are rounds left."""
        given = work.by_hand is not None or work.scene.code is not None
        if given or not isinstance(work.scene.layout, CustomLayout) or state.get("why"):
            return None
        if state.get("written", 0) >= work.settings.max_rounds:
            return None
        crew = crew_for(work.settings, work.run)
        return None if crew is None else cls(work, crew)

    async def draft(self, state: SceneState) -> Written:
        """The model's next draft: the first, or the best one so far repaired.

        Raises:
            NoAnswer: the model is to be given up on this scene.
        """
        work, written = self.work, state.get("written", 0)
        assignment = Assignment(work.scene, work.storyboard, work.theme, work.seconds)
        if not written:
            return await write_code(self.crew, assignment, round=0)
        base, findings = state["draft"], state["last"]
        best = state.get("best")
        if best is not None and best["draft"] != base:  # the last repair did harm: back to what was better
            base, findings = best["draft"], best["findings"]
        code = await asyncio.to_thread(work.code, base)
        found = [Finding.model_validate(item) for item in findings]
        scope = scope_for(written, found, code)
        return await repair_code(self.crew, assignment, code, found, round=written, scope=scope)

    async def complaints(self, state: SceneState, findings: list[Finding]) -> list[Finding]:
        """What the reviewer's model finds wrong with a draft that the checks let pass; nothing where it has no answer."""
        if state.get("reviews", 0) >= self.work.settings.review_rounds:
            return []
        pool = await asyncio.to_thread(pool_for, self.work.settings)
        job = await asyncio.to_thread(self.work.preview_job, state["draft"])
        shown = await asyncio.wrap_future(await asyncio.to_thread(pool.submit, job))
        stills = stills_of(shown)
        if stills is None:
            return findings_of(shown, self.work.file)  # it ran, but cannot be drawn
        before = [Finding.model_validate(item) for item in state.get("best", {}).get("findings", [])]
        told = [*findings, *filter(is_complaint, before)]
        code = await asyncio.to_thread(self.work.code, state["draft"])
        measured = await asyncio.to_thread(lambda: stored_result(self.work.check_job(state["draft"])))
        texts = texts_of(measured) if measured is not None else ()
        try:
            return await review(
                self.crew, self.work.scene, stills, told, round=state["written"] - 1, code=code, texts=texts
            )
        except NoAnswer:
            return []
