"""The coder: a model writes the Manim code of a `custom` scene, and repairs it by what the checks and the reviewer say.

The system prompt is the same for every scene and every round, so that a provider can keep it; what is special stands in
the turn: first the scene, then, in a repair, the draft with its faults. A repair asks for as little as may do: edits of
lines, then of a block, then the module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict

from visium_graph.agents.coder import class_name, previous_title
from visium_graph.agents.patches import (
    EditError,
    LineEdit,
    Scope,
    Span,
    apply_edits,
    editable,
    scope_for,
)
from visium_graph.agents.prompts import prompt
from visium_graph.agents.reference import manim_reference, mistaken_names
from visium_graph.agents.scene_module import Form, has_scene_class
from visium_graph.agents.signatures import called_signatures, suggested_signatures
from visium_graph.checks.feedback import CALL_RULES, feedback, numbered
from visium_graph.checks.finding import Finding
from visium_graph.checks.index import load_index
from visium_graph.layouts import CustomLayout
from visium_graph.models.request import Request, Turn
from visium_graph.settings import Settings, Thinking
from visium_graph.storyboard import Scene, Storyboard

if TYPE_CHECKING:
    from visium_graph.models import Crew

__all__ = [
    "Assignment",
    "CodeEdits",
    "SceneCode",
    "Scope",
    "Written",
    "repair_code",
    "repair_request",
    "scope_for",
    "thinking_for",
    "write_code",
    "write_request",
]

A = TypeVar("A", bound=BaseModel)

_WORDS_A_POINT = 40
"""Words of a director's description that are as much to draw as a beat."""
_LITTLE, _MUCH = 6, 12
"""Points up to which a scene takes little thought, and from which on much."""


class SceneCode(BaseModel):
    """A whole module."""

    model_config = ConfigDict(extra="forbid")

    scene_id: str
    code: str


class CodeEdits(BaseModel):
    """Changes of a draft."""

    model_config = ConfigDict(extra="forbid")

    scene_id: str
    edits: list[LineEdit]


@dataclass(frozen=True)
class Assignment:
    """A scene to write.

    Attributes:
        scene: what to draw.
        storyboard: the plan that it belongs to.
        theme: `dark` or `light`.
        seconds: narration of each beat.
    """

    scene: Scene
    storyboard: Storyboard
    theme: str
    seconds: Sequence[float]

    @property
    def form(self) -> Form:
        """What is settled about its module."""
        return Form(
            class_name(self.scene.id),
            tuple(beat.say for beat in self.scene.beats),
            self.theme,
            self.scene.title,
            previous_title(self.storyboard, self.scene),
        )


@dataclass(frozen=True)
class Written:
    """A draft.

    Attributes:
        code: the module.
        thought: whether the model thought before it answered.
        whole: whether all of it was written anew; else edits were applied to the draft before.
    """

    code: str
    thought: bool
    whole: bool


async def write_code(crew: Crew, assignment: Assignment, *, round: int) -> Written:  # noqa: A002  # as in Request
    """The first draft of a scene.

    Args:
        crew: whom to ask.
        assignment: the scene.
        round: number of the draft, counted from 0.

    Raises:
        NoAnswer: the model has none that can be used.
        EnvironmentFault: the installed manim cannot be read.
    """
    request = await asyncio.to_thread(write_request, assignment, round=round)
    reply = await crew.ask(_thinking(request, crew, assignment))
    return Written(assignment.form.of(reply.value.code), reply.thought, whole=True)


async def repair_code(
    crew: Crew,
    assignment: Assignment,
    code: str,
    findings: Sequence[Finding],
    *,
    round: int,  # noqa: A002  # as in Request
    scope: Scope,
) -> Written:
    """The next draft, from one with faults.

    Args:
        crew: whom to ask.
        assignment: the scene.
        code: the draft that the findings are about.
        findings: of the checks, and of the reviewer (rule `review`).
        round: number of the new draft, counted from 0.
        scope: how much may be written anew; see `scope_for`.

    Raises:
        NoAnswer: the model has none that can be used.
        EnvironmentFault: the installed manim cannot be read.
    """
    if scope == "whole":
        request = await asyncio.to_thread(_rewrite_request, assignment, code, findings, round=round)
        reply = await crew.ask(_thinking(request, crew, assignment))
        return Written(assignment.form.of(reply.value.code), reply.thought, whole=True)
    edits = await asyncio.to_thread(repair_request, assignment, code, findings, round=round, scope=scope)
    answer = await crew.ask(_thinking(edits, crew, assignment))
    changed = apply_edits(code, answer.value.edits, editable(code, findings, scope))
    return Written(assignment.form.of(changed), answer.thought, whole=False)


def thinking_for(settings: Settings, scene: Scene) -> Thinking:
    """How hard to think about a scene: as the settings say, else by how much there is to draw."""
    if settings.coder_thinking != "auto":
        return settings.coder_thinking
    brief = scene.layout.brief if isinstance(scene.layout, CustomLayout) else ""
    words = len(f"{brief} {' '.join(beat.show for beat in scene.beats)}".split())
    points = len(scene.beats) + len(scene.layout.parts) / 2 + words / _WORDS_A_POINT
    return "low" if points <= _LITTLE else "high" if points >= _MUCH else "medium"


def write_request(assignment: Assignment, *, round: int) -> Request[SceneCode]:  # noqa: A002  # as in Request
    """What is asked for a first draft."""
    task = prompt("coder_write", scene_id=assignment.scene.id)
    return _request(assignment, task, round, SceneCode, _unusable)


def repair_request(
    assignment: Assignment,
    code: str,
    findings: Sequence[Finding],
    *,
    round: int,  # noqa: A002  # as in Request
    scope: Scope,
) -> Request[CodeEdits]:
    """What is asked for edits of a draft."""
    within = editable(code, findings, scope)

    def accept(answer: CodeEdits) -> str | None:
        try:
            apply_edits(code, answer.edits, within)
        except EditError as error:
            return str(error)
        return None

    return _request(assignment, _repair_task(assignment, code, findings, scope, within), round, CodeEdits, accept)


def _rewrite_request(
    assignment: Assignment,
    code: str,
    findings: Sequence[Finding],
    *,
    round: int,  # noqa: A002  # as in Request
) -> Request[SceneCode]:
    """What is asked for a whole new draft after one that failed."""
    task = _repair_task(assignment, code, findings, "whole", [])

    def accept(answer: SceneCode) -> str | None:
        if assignment.form.of(answer.code) == code:
            return "the code is the same as before: it has the same faults"
        return _unusable(answer)

    return _request(assignment, task, round, SceneCode, accept)


def _thinking(request: Request[A], crew: Crew, assignment: Assignment) -> Request[A]:
    return replace(request, thinking=thinking_for(crew.settings, assignment.scene))


def _request(
    assignment: Assignment,
    task: str,
    round: int,  # noqa: A002  # as in Request
    answer: type[Any],
    accept: Callable[[Any], str | None],
) -> Request[Any]:
    turn = Turn("user", f"{_scene_text(assignment)}\n{task}")
    return Request("coder", _system(), [turn], answer, scene=assignment.scene.id, round=round, accept=accept)


def _unusable(answer: SceneCode) -> str | None:
    if not has_scene_class(answer.code):
        return "`code` holds no class that derives from Slide: it must be the whole Python module of the scene"
    return None


@cache
def _system() -> str:
    return prompt("coder", version=load_index().version, reference=manim_reference(), mistaken=mistaken_names())


def _scene_text(assignment: Assignment) -> str:
    scene, storyboard, form = assignment.scene, assignment.storyboard, assignment.form
    layout = scene.layout
    own = {
        part.id for part in layout.parts
    }  # a beat may name parts of the fallback, which are no concern of the code's
    beats = [
        {
            "say": beat.say,
            "show": beat.show,
            "reveal": ", ".join(part for part in beat.reveal if part in own),
            "seconds": f"{seconds:.1f}",
        }
        for beat, seconds in zip(scene.beats, assignment.seconds, strict=True)
    ]
    return prompt(
        "coder_scene",
        scene=scene,
        number=[other.id for other in storyboard.scenes].index(scene.id) + 1,
        total=len(storyboard.scenes),
        video=storyboard.title,
        class_name=form.class_name,
        begin=form.begin,
        theme=assignment.theme,
        brief=getattr(layout, "brief", "") or "What the beats below say.",
        parts=[{"id": part.id, "role": part.role, "text": part.text} for part in layout.parts]
        if isinstance(layout, CustomLayout)
        else [],
        beats=beats,
        fallback=scene.fallback.kind if scene.fallback is not None else "",
    )


def _repair_task(
    assignment: Assignment, code: str, findings: Sequence[Finding], scope: Scope, within: Sequence[Span]
) -> str:
    index = load_index()
    # What stands in a wrong place is not called wrongly: signatures would only take room.
    miscalled = [finding for finding in findings if finding.rule in CALL_RULES]
    signatures = [
        *suggested_signatures(index, miscalled),
        *called_signatures(index, code, miscalled),
    ]
    return prompt(
        "coder_repair",
        scene_id=assignment.scene.id,
        source=numbered(code.rstrip("\n")),
        feedback=feedback(code, findings),
        signatures=list(dict.fromkeys(signatures)),
        scope=scope,
        ranges=", ".join(f"{first}-{last}" for first, last in within),
    )
