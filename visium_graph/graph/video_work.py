"""What the video's nodes do with the run folder, the voice and the pool."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from visium_graph.cache import using_cache
from visium_graph.checks import findings_of
from visium_graph.errors import EnvironmentFault, VisiumError
from visium_graph.export.publish import Notes, RenderedScene, publish
from visium_graph.graph.planning import Planner
from visium_graph.graph.scene_work import SceneWork, written_by_hand
from visium_graph.graph.state import SceneOutcome, VideoState
from visium_graph.layouts import CustomLayout
from visium_graph.models import usage_of
from visium_graph.run import Run, default_folder
from visium_graph.sandbox import Job, JobResult, Pool, capabilities, pool_for, require_confinement
from visium_graph.sandbox.runner import stored_result
from visium_graph.settings import Settings
from visium_graph.sources.resolve import identify_source
from visium_graph.store import Store
from visium_graph.storyboard import Scene, Storyboard
from visium_graph.timing import Timing
from visium_graph.voices.ledger import noting_calls
from visium_graph.voices.programme import NarratedVideo, narrate_storyboard

__all__ = ["VideoWork"]


@dataclass(frozen=True)
class VideoWork:
    """One run. Methods that are not async block: call them in a thread."""

    run: Run
    settings: Settings

    @classmethod
    def start(cls, state: VideoState, settings: Settings) -> Self:
        """Make the run folder (a lone storyboard's own folder, where it lies in one)."""
        source = state.get("source", "")
        # before a folder is made for nothing
        identify_source(source, documents=state.get("documents", []), models=settings.has_crew)
        return cls(Run.create(Path(state.get("out") or default_folder(source))), settings)

    @classmethod
    def open(cls, state: VideoState, settings: Settings) -> Self:
        """The run that an earlier node started."""
        return cls(Run(Path(state["out"])), settings)

    @property
    def planner(self) -> Planner:
        """Writes the plan."""
        return Planner(self.run, self.settings)

    def keep_code(self, scenes: Mapping[str, SceneOutcome]) -> None:
        """Put the accepted code of models into the storyboard."""
        coded = [scene_id for scene_id, outcome in scenes.items() if outcome["coder"] == "model"]
        if not coded:
            return
        storyboard, timing = self.run.read_storyboard(), Timing.read(self.run.timing)
        codes = {
            scene_id: SceneWork.of(storyboard, timing, scene_id, self.run, self.settings).code(
                scenes[scene_id]["draft"]
            )
            for scene_id in coded
        }
        self.planner.keep_code(codes)

    def ensure_confinement(self, storyboard: Storyboard) -> list[str]:
        """Ask, before anything is spent on the run, whether its code may run here; returns what to warn of.

        Raises:
            EnvironmentFault: there is code that a person or a model wrote, or LaTeX, and the kernel cannot confine it.
        """
        foreign = any(self._is_foreign(scene) for scene in storyboard.scenes)
        foreign |= self.settings.math == "latex"
        if foreign and not self.settings.allow_unsandboxed:
            require_confinement()
        missing = capabilities().missing
        if not missing:
            return []
        what = "all scene code ran unconfined, as was allowed" if foreign else "the scenes' templates ran unconfined"
        return [f"{what}, within limits of time and memory only: this kernel lacks {missing}"]

    def _is_foreign(self, scene: Scene) -> bool:
        """Whether the scene's code comes from a person or a model."""
        to_be_coded = self.settings.has_crew and isinstance(scene.layout, CustomLayout)
        return to_be_coded or scene.code is not None or written_by_hand(self.run, scene.id) is not None

    async def narrate(self, progress: Callable[[int, int], None]) -> NarratedVideo:
        """Speak every beat with one voice; writes `narration/` and `timing.json`."""
        storyboard = await asyncio.to_thread(self.run.read_storyboard)
        async with using_cache(self.settings):
            told = noting_calls(self.run, self.settings)
            narrated = await narrate_storyboard(storyboard, self.settings, progress, told)
            await asyncio.to_thread(narrated.write, self.run, storyboard)
        return narrated

    async def clips(self, state: VideoState, done: Callable[[str, str], None]) -> list[RenderedScene]:
        """Every scene's clip in order. A scene that cannot be rendered goes down to its plainer drafts."""
        storyboard = await asyncio.to_thread(self.run.read_storyboard)
        timing = await asyncio.to_thread(Timing.read, self.run.timing)

        async def one(scene_id: str) -> RenderedScene:
            work = await asyncio.to_thread(SceneWork.of, storyboard, timing, scene_id, self.run, self.settings)
            rendered = await self._clip(work, state["scenes"][scene_id])
            done(scene_id, rendered.outcome)
            return rendered

        return list(await asyncio.gather(*(one(scene_id) for scene_id in state["order"])))

    async def _clip(self, work: SceneWork, outcome: SceneOutcome) -> RenderedScene:
        pool = await asyncio.to_thread(pool_for, self.settings)
        findings, key, name, coder = list(outcome["findings"]), outcome["draft"], outcome["outcome"], outcome["coder"]
        cached = outcome["cached"]
        plainer = [draft for draft in work.ladder if draft.coder in {"template", "title"} and draft.coder != coder]
        while True:
            result = await _stored(pool, await asyncio.to_thread(work.render_job, key))
            if result.status == "done":
                return RenderedScene(
                    work.scene,
                    name,
                    coder,
                    outcome["rounds"],
                    findings,
                    result,
                    cached,
                    why=outcome.get("why", ""),
                    reviews=outcome.get("reviews", 0),
                    thinking=outcome.get("thinking") if coder == "model" else None,
                )
            faults = findings_of(result, f"scenes/{work.scene.id}.py")
            findings += [finding.model_dump(exclude_none=True) | {"draft": coder} for finding in faults]
            if not plainer:
                why = faults[0].message if faults else result.status
                kind = (
                    VisiumError if result.status == "error" else EnvironmentFault
                )  # a title asks too much of no machine
                raise kind(f"scene {work.scene.id!r} could not be rendered, not even its title slide: {why}")
            draft, cached = plainer.pop(0), False
            coder, name = draft.coder, "title" if draft.coder == "title" else "fallback"
            key = await asyncio.to_thread(work.keep_draft, draft.code)

    async def assemble(self, state: VideoState, rendered: list[RenderedScene]) -> Path:
        """Write the video, its subtitles, contact sheet and report; returns the video's path."""
        storyboard = await asyncio.to_thread(self.run.read_storyboard)
        store = Store(self.settings.cache_dir)
        narrated = await asyncio.to_thread(NarratedVideo.read, self.run, storyboard, store)
        if narrated is None:  # a folder that a person has tidied
            narrated = await narrate_storyboard(storyboard, self.settings.model_copy(update={"voice": state["voice"]}))
        notes = Notes(
            source=state["source"],
            warnings=state.get("warnings", []),
            left_out=await asyncio.to_thread(self.planner.left_out, state["origin"]),
            elapsed=time.time() - state["started"],
            usage=await asyncio.to_thread(usage_of, self.run),
        )
        return await asyncio.to_thread(publish, self.run, storyboard, rendered, narrated, self.settings, notes)


async def _stored(pool: Pool, job: Job) -> JobResult:
    """The job's result. Its files are there, and stay: this is called under a lease, which a clip made before it has not."""
    while True:
        result = await asyncio.wrap_future(await asyncio.to_thread(pool.submit, job))
        if result.status != "done" or await asyncio.to_thread(stored_result, job) is not None:
            return result
