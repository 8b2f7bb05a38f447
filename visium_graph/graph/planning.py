"""From the source to the plan in the run folder: what the script and director nodes do.

Where there is a crew, a model stands in front of each; the deterministic understudy stands behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from visium_graph.agents.brief import Brief
from visium_graph.agents.director import direct
from visium_graph.agents.director_model import direct_with_model
from visium_graph.agents.script import Script, compile_script
from visium_graph.agents.script_writer import repair_script, write_script
from visium_graph.checks.equations import check_equations, check_script_equations
from visium_graph.checks.finding import Finding
from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.graph.warming import warming_up
from visium_graph.layouts import CustomLayout
from visium_graph.models import Crew, NoAnswer, crew_for, ensure_ready, start_ledger
from visium_graph.run import Run, Store, content_hash
from visium_graph.settings import Settings
from visium_graph.sources.document import Document
from visium_graph.sources.lessons import load_lesson
from visium_graph.sources.resolve import Topic, resolve_source
from visium_graph.storyboard import Storyboard

__all__ = ["Found", "Planner", "write_plan"]

_TRIES = 3
"""Scripts asked for where nothing stands behind the model: of a topic that no lesson tells of."""


@dataclass(frozen=True)
class Found:
    """What the source turned out to be."""

    message: str
    origin: str
    """`script` where one was written, else `storyboard`."""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Planner:
    """Plans the video of one run."""

    run: Run
    settings: Settings

    @property
    def _crew(self) -> Crew | None:
        return crew_for(self.settings, self.run)

    async def write_script(self, source: str, documents: Sequence[str] = ()) -> Found:
        """Read the source; write `script.json`, or `storyboard.json` where the source is a storyboard or a lesson.

        Raises:
            InputError: the source cannot be used, or the folder's storyboard holds a person's edits.
            EnvironmentFault: the crew cannot work (no key, a wrong one), or no script could be had.
        """
        crew = self._crew
        if crew is not None or self.settings.voice == "gemini" or (self.run.folder / "calls.jsonl").is_file():
            start_ledger(self.run)
        found, message = await asyncio.to_thread(
            resolve_source, source, self.run, documents=documents, models=crew is not None
        )
        warnings: list[str] = list(found.notes) if isinstance(found, Document) else []
        if crew is not None and _needs_models(found):
            await ensure_ready(self.settings)
        written: Script | Storyboard
        if isinstance(found, Storyboard):
            written = found
        else:
            written, told = await self._scripted(crew, found)
            warnings += told
        if isinstance(written, Storyboard):
            await asyncio.to_thread(self._take_storyboard, written, source)
            return Found(message, "storyboard", warnings)
        self.run.write(self.run.script, written.model_dump_json(indent=2) + "\n")
        return Found(message, "script", warnings)

    async def write_storyboard(self, origin: str, source: str) -> tuple[Storyboard, list[str]]:
        """Give every scene of the script its layout and write `storyboard.json`; a given storyboard stays as it is.

        Returns:
            The storyboard, and what the user should know, each one line.
        """
        if origin == "storyboard":
            storyboard = await asyncio.to_thread(self.run.read_storyboard)
            return storyboard, _lines(await asyncio.to_thread(check_equations, storyboard))
        script = _read_script(self.run)
        crew = self._crew
        if crew is None:
            storyboard, warnings = await asyncio.to_thread(direct, script), list[str]()
        else:
            storyboard, warnings = await self._directed(crew, Brief.of(source, self.settings), script)
        false = await asyncio.to_thread(check_equations, storyboard)
        await asyncio.to_thread(write_plan, storyboard, self.run, self.settings)
        return storyboard, [*warnings, *_lines(false)]

    def left_out(self, origin: str) -> list[str]:
        """What of the document did not make it into the script, each a line for the user."""
        return _read_script(self.run).left_out if origin == "script" else []

    def keep_code(self, codes: Mapping[str, str]) -> None:
        """Put what models have coded, by scene id, into the storyboard: from now on it renders with no model at all."""
        text = self.run.storyboard.read_text(encoding="utf-8")
        storyboard = self.run.read_storyboard()
        scenes = [
            scene.model_copy(update={"code": codes[scene.id]}) if scene.id in codes and scene.code is None else scene
            for scene in storyboard.scenes
        ]
        coded = storyboard.model_copy(update={"scenes": scenes}).dumps()
        if _is_known(text, self.settings):
            _make_known(coded, self.settings)
        self.run.write(self.run.storyboard, coded)

    async def _scripted(self, crew: Crew | None, found: Document | Topic) -> tuple[Script | Storyboard, list[str]]:
        if crew is None:
            assert isinstance(found, Document)
            told = found.model_copy(update={"language": self.settings.language or found.language})
            return await asyncio.to_thread(compile_script, told, self.settings.max_scenes), []
        brief = Brief.of(found if isinstance(found, Document) else found.text, self.settings)
        alone = isinstance(found, Topic) and found.lesson is None
        for last in [False] * (_TRIES - 1 if alone else 0) + [True]:
            try:
                script = await warming_up(write_script(crew, brief), self.settings)
                return await self._true_script(crew, brief, script)
            except NoAnswer as fault:
                if last:
                    return await asyncio.to_thread(self._understudied, found, fault)
        raise AssertionError  # the last try returns or raises

    async def _true_script(self, crew: Crew, brief: Brief, script: Script) -> tuple[Script, list[str]]:
        """The script without false equations, or with what the user should know of those that stay."""
        false = await asyncio.to_thread(check_script_equations, script)
        if not false:
            return script, []
        try:
            script = await repair_script(crew, brief, script, false)
        except NoAnswer as fault:
            return script, [f"the script writer did not mend its script ({fault})"]
        return script, []  # what is false in it still is seen again in the storyboard

    def _understudied(self, found: Document | Topic, fault: NoAnswer) -> tuple[Script | Storyboard, list[str]]:
        if isinstance(found, Document):
            script = compile_script(found, self.settings.max_scenes)
            return script, [f"no script came from the model ({fault}): the document is told in its own sentences"]
        if found.lesson is not None:
            warning = f"no script came from the model ({fault}): this is the {found.found}"
            return load_lesson(found.lesson.name), [warning]
        raise EnvironmentFault(
            f"no script about {found.text!r} came from {self.settings.model_of('script')} ({fault}); try again later, or "
            "give a document, which can be told without a model"
        )

    async def _directed(self, crew: Crew, brief: Brief, script: Script) -> tuple[Storyboard, list[str]]:
        try:
            directed = await direct_with_model(crew, brief, script)
        except NoAnswer as fault:
            warning = f"no plan came from the model ({fault}): layouts were chosen by the kind of the content"
            return await asyncio.to_thread(direct, script), [warning]
        false = await asyncio.to_thread(check_equations, directed.storyboard)
        if false:
            with suppress(NoAnswer):  # then the plan stays as it is, and the user is told what is false in it
                directed = await direct_with_model(crew, brief, script, findings=false)
        told = [
            f"scene {scene_id!r} was planned without the model: {reason}"
            for scene_id, reason in directed.understudied.items()
        ]
        return directed.storyboard, told

    def _take_storyboard(self, storyboard: Storyboard, source: str) -> None:
        self.run.script.unlink(missing_ok=True)
        if Path(source).expanduser().resolve() != self.run.storyboard:
            write_plan(storyboard, self.run, self.settings)


def write_plan(storyboard: Storyboard, run: Run, settings: Settings) -> None:
    """Write the plan, but never over one that a person edited: plans written here are known by their hash.

    Raises:
        InputError: the folder's storyboard holds a person's edits.
    """
    text = storyboard.dumps()
    if run.storyboard.is_file():
        present = run.storyboard.read_text(encoding="utf-8", errors="replace")
        if present != text and not _is_known(present, settings):
            raise InputError(
                f"{run.storyboard} was edited by hand and would be overwritten: `visium render {run.folder}` makes the video "
                "from it; to plan anew, delete it or choose another folder with -o"
            )
    _make_known(text, settings)
    run.write(run.storyboard, text)


def _make_known(plan: str, settings: Settings) -> None:
    Store(settings.cache_dir).put("plan", content_hash(plan), ".txt", "")


def _is_known(plan: str, settings: Settings) -> bool:
    return Store(settings.cache_dir).find("plan", content_hash(plan), ".txt") is not None


def _needs_models(found: Document | Storyboard | Topic) -> bool:
    """Whether anything is left to write or to code; a storyboard may hold it all."""
    if not isinstance(found, Storyboard):
        return True
    return any(scene.code is None and isinstance(scene.layout, CustomLayout) for scene in found.scenes)


def _read_script(run: Run) -> Script:
    return Script.model_validate_json(run.script.read_text(encoding="utf-8"))


def _lines(findings: Sequence[Finding]) -> list[str]:
    return [finding.message for finding in findings]
