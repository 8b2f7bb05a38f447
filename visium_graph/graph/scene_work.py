"""What a scene's nodes do with the run folder, the store and the pool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Self

from visium_graph.agents.coder import Draft, drafts
from visium_graph.agents.scene_file import is_hand_written, stamp, unstamped
from visium_graph.checks.finding import Finding
from visium_graph.checks.service import check_text, fix_text
from visium_graph.errors import EnvironmentFault
from visium_graph.graph.state import SceneInput
from visium_graph.run import Run, Store, content_hash
from visium_graph.sandbox import pool_for
from visium_graph.sandbox.job import Job
from visium_graph.sandbox.runner import stored_result
from visium_graph.sandbox.scenes import scene_job
from visium_graph.settings import Settings
from visium_graph.storyboard import Scene, Storyboard
from visium_graph.timing import Timing

__all__ = ["SceneWork", "written_by_hand"]

_WRITTEN = frozenset({"hand", "storyboard", "model"})


@dataclass(frozen=True)
class SceneWork:
    """One scene of a run with all that is known of it. Its methods block: call them in a thread."""

    scene: Scene
    storyboard: Storyboard
    run: Run
    settings: Settings
    theme: str
    seconds: Sequence[float]
    """Narration of each beat."""
    by_hand: str | None
    """Text of the scene's file where a person wrote or edited it."""
    ladder: Sequence[Draft]
    """Drafts from the best to the plainest."""

    @classmethod
    def load(cls, state: SceneInput, settings: Settings) -> Self:
        """Read what the scene needs from the run folder."""
        run = Run.open(state["out"])
        return cls.of(run.read_storyboard(), Timing.read(run.timing), state["scene_id"], run, settings)

    @classmethod
    def of(cls, storyboard: Storyboard, timing: Timing, scene_id: str, run: Run, settings: Settings) -> Self:
        """The same from a storyboard and timing that were read already."""
        scene = storyboard.scene(scene_id)
        theme = settings.theme or storyboard.theme
        by_hand = written_by_hand(run, scene_id)
        ladder = drafts(scene, storyboard, theme, by_hand)
        return cls(scene, storyboard, run, settings, theme, timing.seconds(scene_id), by_hand, ladder)

    def is_last(self, rung: int, findings: list[dict[str, Any]]) -> bool:
        """Whether only the plain title is left to try after `rung`; arguments as for `next_rung`."""
        return self.next_rung(rung, findings) == len(self.ladder) - 1

    def next_rung(self, rung: int, findings: list[dict[str, Any]]) -> int:
        """The draft of the ladder to try after `rung` (-1: none yet) was refused with these findings."""
        following = min(rung + 1, len(self.ladder) - 1)
        # Showing formulas as their source only helps where a formula was at fault.
        if self.ladder[following].coder == "plain-template" and all(item["rule"] != "formula" for item in findings):
            following += 1
        return following

    def keep_draft(self, code: str) -> str:
        """Store a draft's code; returns its key."""
        key = _draft_key(code)
        self._store.put("code", key, ".py", code)
        return key

    @property
    def file(self) -> str:
        """The scene's file as findings name it."""
        return f"scenes/{self.scene.id}.py"

    def versions(self, draft: str, coder: str) -> list[tuple[str, list[Finding]]]:
        """The draft after its safe fixes, then as it was given where that differs, with what the static check says.

        Only code that a person or a model wrote is looked at: templates are compiled by the coder itself.
        """
        if coder not in _WRITTEN:
            return [(draft, [])]
        source = self.code(draft)
        fixed = fix_text(source, self.file)
        if not fixed.repaired:
            return [(draft, fixed.findings)]
        notes = [_repaired(finding) for finding in fixed.repaired]
        return [(self.keep_draft(fixed.source), [*fixed.findings, *notes]), (draft, check_text(source, self.file))]

    def check_job(self, draft: str) -> Job:
        """The check of a stored draft."""
        return self._job("check", draft)

    def render_job(self, draft: str) -> Job:
        """The rendering of a stored draft."""
        return self._job("render", draft)

    def preview_job(self, draft: str) -> Job:
        """A rendering of a stored draft that is good enough to look at."""
        small = self.settings.model_copy(update={"quality": "tiny" if self.settings.quality == "tiny" else "draft"})
        return self._job("render", draft, small)

    def publish(self, draft: str) -> bool:
        """Write the scene's file (never over a person's) and order its clip from the pool.

        Returns:
            Whether the clip was in the store already.
        """
        code = self.code(draft)
        if self.by_hand is None:
            self.run.write(self.run.scene(self.scene.id), stamp(code))
        job = self.render_job(draft)
        cached = stored_result(job) is not None
        if self.settings.render:
            pool_for(self.settings).submit(job)
        return cached

    def code(self, draft: str) -> str:
        """Text of a stored draft; where the store has lost it, it is looked for wherever it may have come from.

        Raises:
            EnvironmentFault: it is lost.
        """
        path = self._store.find("code", draft, ".py")
        with suppress(OSError, UnicodeDecodeError):
            if path is not None and _draft_key(code := path.read_bytes().decode()) == draft:
                return code
        for code in self._likely_codes():
            if _draft_key(code) == draft:
                self.keep_draft(code)
                return code
        raise EnvironmentFault(
            f"the code of scene {self.scene.id!r} is no longer in {self.settings.cache_dir}; make the video again"
        )

    def _likely_codes(self) -> Iterator[str]:
        """What the scene's drafts are made of."""
        for draft in self.ladder:
            yield draft.code
            if draft.coder in _WRITTEN:
                yield fix_text(draft.code, self.file).source
        with suppress(OSError, UnicodeDecodeError):
            yield unstamped(self.run.scene(self.scene.id).read_text(encoding="utf-8"))

    def _job(self, task: Literal["check", "render"], draft: str, settings: Settings | None = None) -> Job:
        code = self.code(draft)
        trusted = self._is_own_template(code)
        chosen = settings or self.settings
        return scene_job(task, self.scene, code, self.seconds, self.run, chosen, self.theme, trusted=trusted)

    def _is_own_template(self, code: str) -> bool:
        """Whether this package generates exactly this code of the storyboard, in a way that runs no program on it.

        What the run's state or the store say of a draft's author is not asked: a run folder may come from anywhere.
        """
        templates = [draft.code for draft in self.ladder if draft.coder not in _WRITTEN]
        return self.settings.math != "latex" and code in templates

    @property
    def _store(self) -> Store:
        return Store(self.settings.cache_dir)


def _draft_key(code: str) -> str:
    return content_hash("code", code)


def written_by_hand(run: Run, scene_id: str) -> str | None:
    """Text of the scene's file where a person wrote or edited it."""
    path = run.scene(scene_id)
    text = path.read_text(encoding="utf-8") if path.is_file() else None
    return text if text is not None and is_hand_written(text) else None


def _repaired(finding: Finding) -> Finding:
    message = f"{finding.message} (repaired before it was drawn)"
    return finding.model_copy(update={"severity": "info", "message": message, "suggestion": None, "fix": None})
