"""The director with a model: a layout and exact visuals for every scene, scene by scene held to what can be drawn.

What a scene's plan gets wrong is told back once, for these scenes only; then the understudy plans them. Texts that are
spoken always come from the script.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from visium_graph.agents.brief import Brief
from visium_graph.agents.director import direct_scene
from visium_graph.agents.layout_vocabulary import describe_layouts
from visium_graph.agents.prompts import prompt
from visium_graph.agents.scene_plan import Plan, PlanError, PlannedScene, scene_of
from visium_graph.agents.script_types import Script, ScriptScene
from visium_graph.agents.told_script import material_of, symbol_colors, told_scene
from visium_graph.checks.finding import Finding
from visium_graph.models.request import NoAnswer, Request, Turn
from visium_graph.storyboard import Scene, Storyboard

if TYPE_CHECKING:
    from visium_graph.models import Crew

__all__ = ["Directed", "direct_with_model"]

_SCENES_A_CALL = 8
"""Pictures go on from scene to scene, which is planned best in one piece. A plan of so many scenes is some eight thousand
tokens; that of a longer script would keep everybody waiting, so it is dealt out to calls that run at the same time."""


@dataclass(frozen=True)
class Directed:
    """A directed script."""

    storyboard: Storyboard
    understudied: Mapping[str, str]
    """Scenes that the understudy planned -> why, in a few words."""


@dataclass
class _Call:
    """One conversation with the director about some scenes, and what came of it."""

    crew: Crew
    script: Script
    scenes: Sequence[ScriptScene]
    turns: list[Turn]
    system: str
    made: dict[str, Scene] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    """Scenes that have no usable plan -> why."""


async def direct_with_model(crew: Crew, brief: Brief, script: Script, findings: Sequence[Finding] = ()) -> Directed:
    """Plan the picture of every scene.

    Args:
        crew: who asks the model.
        brief: what the video is asked to be.
        script: what is said.
        findings: what checks said of an earlier plan of this script. Scenes that they name (`scene 'id'` in the message,
            or the scene's file) are planned once more.

    Returns:
        A storyboard with the scenes and beats of the script, in its order.
    """
    groups = _dealt(script.scenes)
    system = prompt("director", layouts=describe_layouts())
    calls = [_Call(crew, script, scenes, [Turn("user", _task(brief, script, scenes))], system) for scenes in groups]
    await asyncio.gather(*(_plan(call, findings) for call in calls))
    made = {name: scene for call in calls for name, scene in call.made.items()}
    faults = {name: told for call in calls for name, told in call.faults.items()}
    reasons = {scene.id: _shortened(faults[scene.id]) for scene in script.scenes if scene.id in faults}
    scenes = [made.get(scene.id) or direct_scene(script, scene) for scene in script.scenes]
    storyboard = Storyboard(title=script.title, language=script.language, scenes=scenes)
    return Directed(storyboard, reasons)


def _dealt(scenes: Sequence[ScriptScene]) -> list[Sequence[ScriptScene]]:
    """The scenes in as few groups as their size allows, evenly filled, in order."""
    count = -(-len(scenes) // _SCENES_A_CALL)
    return [scenes[len(scenes) * n // count : len(scenes) * (n + 1) // count] for n in range(count)]


async def _plan(call: _Call, findings: Sequence[Finding]) -> None:
    """Ask, tell back what is wrong, once; then tell back what checks found in the plan, where they did."""
    answered = await _ask(call, {scene.id for scene in call.scenes}, round_=0)
    if answered and call.faults:
        await _ask_again(call, dict(call.faults), round_=1)
    complaints = {scene.id: _about(scene, findings) for scene in call.scenes}
    wrong = {name: told for name, told in complaints.items() if told and name in call.made}
    if wrong:
        for name in wrong:
            del call.made[name]
        call.faults |= wrong
        await _ask_again(call, wrong, round_=2)


async def _ask_again(call: _Call, wrong: Mapping[str, Sequence[str]], *, round_: int) -> None:
    call.turns.append(Turn("user", prompt("director_repair", scenes=wrong)))
    await _ask(call, set(wrong), round_=round_)


async def _ask(call: _Call, wanted: set[str], *, round_: int) -> bool:
    """Have the wanted scenes planned, and sort their plans into scenes and faults; False where nothing was answered."""
    request = Request(role="director", system=call.system, turns=tuple(call.turns), answer=Plan, round=round_)
    try:
        reply = await call.crew.ask(request)
    except NoAnswer as error:
        # What was wrong before stays the reason where there is one: it says more than silence does.
        call.faults = {name: call.faults.get(name, [str(error)]) for name in wanted}
        return False
    answered = _first_of_each(reply.value.scenes, wanted)
    call.turns.append(Turn("assistant", _as_json(answered.values())))
    material = material_of(call.script)
    for scene in call.scenes:
        if scene.id not in wanted:
            continue
        call.faults.pop(scene.id, None)
        if scene.id not in answered:
            call.faults[scene.id] = ["there is no plan for it"]
            continue
        try:
            call.made[scene.id] = scene_of(answered[scene.id], scene, material)
        except PlanError as error:
            call.faults[scene.id] = error.faults
    return True


def _first_of_each(plans: Iterable[PlannedScene], wanted: set[str]) -> dict[str, PlannedScene]:
    """Plans by their scene; a second one for the same scene, and one that nobody asked for, is nobody's."""
    found: dict[str, PlannedScene] = {}
    for plan in plans:
        if plan.scene_id in wanted:
            found.setdefault(plan.scene_id, plan)
    return found


def _as_json(plans: Iterable[PlannedScene]) -> str:
    data = {"scenes": [plan.model_dump(mode="json", exclude_defaults=True) for plan in plans]}
    return json.dumps(data, ensure_ascii=False)


def _task(brief: Brief, script: Script, scenes: Sequence[ScriptScene]) -> str:
    ids = {scene.id for scene in scenes}
    told = [told_scene(script, index, whole=scene.id in ids) for index, scene in enumerate(script.scenes)]
    return prompt(
        "director_task",
        title=script.title,
        audience=brief.audience,
        language=script.language,
        colors=symbol_colors(script),
        grounded=any(beat.sources for scene in script.scenes for beat in scene.beats),
        scenes=told,
        wanted=[scene.id for scene in scenes],
        whole=len(scenes) == len(script.scenes),
    )


def _about(scene: ScriptScene, findings: Sequence[Finding]) -> list[str]:
    """What findings say of a scene's picture; what is said is none of the director's business."""
    place = f"scene {scene.id!r}"
    spoken = (f"{place}, title", f"{place}, beat ")
    return [
        f"{finding.message}{f' ({finding.suggestion})' if finding.suggestion else ''}"
        for finding in findings
        if (place in finding.message or finding.file.endswith(f"/{scene.id}.py"))
        and not finding.message.startswith(spoken)
    ]


def _shortened(faults: Sequence[str]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}"
