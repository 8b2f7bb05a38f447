"""One scene: coder -> check -> reviewer, looped until a draft is accepted, then its clip is ordered from the pool."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Literal

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

import visium_graph.errors
from visium_graph.agents.coder import Draft
from visium_graph.agents.reviewer import accepts, has_picture, score
from visium_graph.checks import findings_of
from visium_graph.checks.feedback import feedback, most_important
from visium_graph.checks.finding import Finding
from visium_graph.errors import EnvironmentFault, VisiumError
from visium_graph.graph.runtime import emit, settings_of
from visium_graph.graph.scene_crew import SceneCrew
from visium_graph.graph.scene_work import SceneWork
from visium_graph.graph.state import BestDraft, SceneInput, SceneOutcome, SceneOutput, SceneState
from visium_graph.models import NoAnswer
from visium_graph.sandbox import pool_for
from visium_graph.settings import Settings

__all__ = ["build_scene_graph", "understudy"]

_KEPT_FINDINGS = 20
"""State is stored at every step: more findings than this help nobody."""


async def coder(state: SceneState, runtime: Runtime[Settings]) -> SceneState:
    """Have a model write or repair the scene, where one may; else take the next draft of the ladder."""
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    crew = SceneCrew.of(work, state)
    update: SceneState = {}  # type: ignore[typeddict-item]
    if crew is not None:
        emit(runtime, "coding", scene=state["scene_id"], draft=state.get("written", 0) + 1)
        try:
            written = await crew.draft(state)
        except NoAnswer as fault:
            update["why"] = str(fault)
        else:
            draft = Draft(written.code, "coded", "model")
            update |= {"written": state.get("written", 0) + 1, "thinking": written.thought}
            return update | await _taken(work, draft, -1, runtime)
    best = state.get("best")
    if best is not None and best["coder"] == "model" and _passes(best):
        return update | _again(best)  # only the reviewer wished for more, and no more comes
    rung = work.next_rung(state.get("rung", -1), state.get("last", []))
    if state.get("written") and not (state.get("why") or update.get("why")):
        reason = next((item["message"] for item in state["last"] if item["severity"] == "error"), "")
        update["why"] = f"none of the model's {state['written']} drafts passed the checks: {reason}"
    return update | await _taken(work, work.ladder[rung], rung, runtime)


async def _taken(work: SceneWork, draft: Draft, rung: int, runtime: Runtime[Settings]) -> SceneState:
    key = await asyncio.to_thread(work.keep_draft, draft.code)
    emit(runtime, "coded", scene=work.scene.id, coder=draft.coder)
    return {"rung": rung, "draft": key, "outcome": draft.outcome, "coder": draft.coder}  # type: ignore[typeddict-item]


def _again(best: BestDraft) -> SceneState:
    names = ("draft", "rung", "outcome", "coder", "thinking")
    return {name: best[name] for name in names}  # type: ignore[literal-required,return-value]


def _passes(best: BestDraft) -> bool:
    return best["score"][0] == 0


async def check(state: SceneState, runtime: Runtime[Settings]) -> SceneState:
    """Read the draft against the installed manim and repair what is safe; then dry-run and measure it."""
    settings = settings_of(runtime)
    work = await asyncio.to_thread(SceneWork.load, state, settings)
    draft, found = await _checked(work, state["draft"], state["coder"])
    emit(runtime, "checked", scene=state["scene_id"], errors=score(found)[0])
    return {  # type: ignore[typeddict-item]
        "draft": draft,
        "rounds": state.get("rounds", 0) + 1,
        "last": _kept(most_important(found)),
        "feedback": feedback(await asyncio.to_thread(work.code, draft), found),
        "findings": _told(state, found),
    }


async def _checked(work: SceneWork, draft: str, coder: str) -> tuple[str, list[Finding]]:
    """The version of the draft to go on with (the repaired one, unless only the given one can be drawn), checked."""
    tried: list[tuple[str, list[Finding]]] = []
    pool = await asyncio.to_thread(pool_for, work.settings)
    for version, said in await asyncio.to_thread(work.versions, draft, coder):
        if has_picture(said):  # else Python cannot read it, or there is no scene to run
            job = await asyncio.to_thread(work.check_job, version)
            result = await asyncio.wrap_future(pool.submit(job))
            found = [*said, *findings_of(result, work.file)]
        else:
            found = said
        tried.append((version, found))
        if has_picture(found):
            return tried[-1]
    return tried[0]


async def reviewer(state: SceneState, runtime: Runtime[Settings]) -> SceneState:
    """Accept a draft or send it back; when nothing but a bare title is left to try, take the best one there was.

    The checks decide first; what they let pass of a model's code, another model looks at. A later draft is taken only if
    it scores better: a round never makes the scene worse. The plain title is accepted in any case, since something must be
    shown.
    """
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    findings = [Finding.model_validate(item) for item in state["last"]]
    passed = state["outcome"] == "title" or accepts(state["coder"], findings)  # type: ignore[arg-type]
    crew = SceneCrew.of(work, state) if state["coder"] == "model" else None
    complaints = await crew.complaints(state, findings) if crew is not None and passed else []
    update: SceneState = {"accepted": passed and not complaints}  # type: ignore[typeddict-item]
    if complaints:
        emit(runtime, "reviewed", scene=state["scene_id"], complaints=len(complaints))
        update |= {"last": _kept([*complaints, *findings]), "reviews": state.get("reviews", 0) + 1}
        update["findings"] = _told(state, complaints)
    best = _better(state, findings, complaints)
    if best is not None:
        update["best"] = best
        if update["accepted"] or (crew is None and work.is_last(state["rung"], state["last"])):
            return update | {"accepted": True} | _again(best)
    return update


def _better(state: SceneState, findings: list[Finding], complaints: list[Finding]) -> BestDraft | None:
    """The better one of the draft at hand and the best before it; None where neither can be drawn."""
    best = state.get("best")
    if state["outcome"] == "title" or not has_picture(findings):
        return best
    this = BestDraft(
        draft=state["draft"],
        rung=state["rung"],
        outcome=state["outcome"],
        coder=state["coder"],
        score=[*score(findings), len(complaints)],
        findings=_kept([*complaints, *findings]),
        thinking=state.get("thinking"),
    )
    # min keeps the first of equals: what stands higher on the ladder is closer to what was asked for.
    return this if best is None else min(best, this, key=itemgetter("score"))


def _kept(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding.model_dump(exclude_none=True) for finding in findings][:_KEPT_FINDINGS]


def _told(state: SceneState, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The report's findings and these, each with the draft it was about."""
    new = [{**item, "draft": state["coder"]} for item in _kept(most_important(findings))]
    return (state.get("findings", []) + new)[: 2 * _KEPT_FINDINGS]


async def submit(state: SceneState, runtime: Runtime[Settings]) -> SceneOutput:
    """Write the scene's file and order its clip, so that rendering starts before the slowest scene is done."""
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    cached = await asyncio.to_thread(work.publish, state["draft"])
    emit(runtime, "accepted", scene=state["scene_id"], outcome=state["outcome"])
    outcome = SceneOutcome(
        index=state["index"],
        draft=state["draft"],
        outcome=state["outcome"],
        coder=state["coder"],
        rounds=state.get("rounds", 0),
        findings=state.get("findings", []),
        cached=cached,
        why=state.get("why", "") if state["coder"] != "model" else "",
        reviews=state.get("reviews", 0),
        thinking=state.get("thinking") if state["coder"] == "model" else None,
    )
    return {"scenes": {state["scene_id"]: outcome}}


async def understudy(state: SceneInput, error: NodeError, runtime: Runtime[Settings]) -> Command[Literal["collect"]]:
    """A step of this scene broke: the plain title slide takes over, and the report says why.

    A fault of the machine, or of what the user gave, is no scene's own: it ends the run with its message. When the run
    is resumed, the scene is tried again.
    """
    if _was_no_fault_of_the_scene(error.error):
        again = SceneInput(out=state["out"], scene_id=state["scene_id"], index=state["index"])
        done = await build_scene_graph().compile().ainvoke(again, context=settings_of(runtime))
        return Command(update={"scenes": done["scenes"]}, goto="collect")
    # A new exception: langgraph takes one that it has handed to a handler for settled, and would go on without the scene.
    if isinstance(error.error, VisiumError):
        raise type(error.error)(str(error.error)) from error.error
    if isinstance(error.error, OSError):
        place = error.error.filename or "system"
        raise EnvironmentFault(f"{place}: {error.error.strerror or error.error}") from error.error
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    key = await asyncio.to_thread(work.keep_draft, work.ladder[-1].code)
    cached = await asyncio.to_thread(work.publish, key)
    finding = Finding(
        file=f"scenes/{state['scene_id']}.py",
        rule="crash",
        message=f"a step of this scene failed: {type(error.error).__name__}: {str(error.error)[:300]}",
    )
    outcome = SceneOutcome(
        index=state["index"],
        draft=key,
        outcome="title",
        coder="title",
        rounds=0,
        findings=[finding.model_dump(exclude_none=True)],
        cached=cached,
        why="",
        reviews=0,
        thinking=None,
    )
    return Command(update={"scenes": {state["scene_id"]: outcome}}, goto="collect")


def _was_no_fault_of_the_scene(error: BaseException | str) -> bool:
    """Whether this is what ended an earlier run that is resumed now: a checkpoint keeps of an exception its `repr`."""
    if not isinstance(error, str):
        return False
    name = error.partition("(")[0]
    kind = getattr(visium_graph.errors, name, None) or getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, VisiumError | OSError)


def build_scene_graph() -> StateGraph[SceneState, Settings, SceneInput, SceneOutput]:
    """The loop of one scene, uncompiled."""
    return (
        StateGraph(SceneState, context_schema=Settings, input_schema=SceneInput, output_schema=SceneOutput)
        .add_node(coder)
        .add_node(check)
        .add_node(reviewer)
        .add_node(submit)
        .add_edge(START, "coder")
        .add_edge("coder", "check")
        .add_edge("check", "reviewer")
        .add_conditional_edges(
            "reviewer", lambda state: "submit" if state["accepted"] else "coder", ["submit", "coder"]
        )
        .add_edge("submit", END)
    )
