"""One scene: coder -> check -> reviewer, looped until a draft is accepted, then its clip is ordered from the pool."""

from __future__ import annotations

import asyncio
import builtins
from operator import itemgetter
from typing import Literal

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

import visium_graph.errors
from visium_graph.agents.reviewer import accepts, has_picture, score
from visium_graph.checks import findings_of
from visium_graph.checks.feedback import feedback, most_important
from visium_graph.checks.finding import Finding
from visium_graph.errors import EnvironmentFault, VisiumError
from visium_graph.graph.runtime import emit, settings_of
from visium_graph.graph.scene_work import SceneWork
from visium_graph.graph.state import BestDraft, SceneInput, SceneOutcome, SceneOutput, SceneState
from visium_graph.sandbox import pool_for
from visium_graph.settings import Settings

__all__ = ["build_scene_graph", "understudy"]

_KEPT_FINDINGS = 20
"""State is stored at every step: more findings than this help nobody."""


async def coder(state: SceneState, runtime: Runtime[Settings]) -> SceneState:
    """Take the next draft of the ladder; when the rounds are spent, the last one."""
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    rung = work.next_rung(state.get("rung", -1), state.get("last", []), state.get("rounds", 0))
    draft = work.ladder[rung]
    key = await asyncio.to_thread(work.keep_draft, draft)
    emit(runtime, "coded", scene=state["scene_id"], coder=draft.coder)
    return {"rung": rung, "draft": key, "outcome": draft.outcome, "coder": draft.coder}  # type: ignore[typeddict-item]


async def check(state: SceneState, runtime: Runtime[Settings]) -> SceneState:
    """Read the draft against the installed manim and repair what is safe; then dry-run and measure it."""
    settings = settings_of(runtime)
    work = await asyncio.to_thread(SceneWork.load, state, settings)
    draft, found = await _checked(work, state["draft"], state["coder"])
    emit(runtime, "checked", scene=state["scene_id"], errors=score(found)[0])
    data = [finding.model_dump(exclude_none=True) for finding in most_important(found)[:_KEPT_FINDINGS]]
    told = [{**item, "draft": state["coder"]} for item in data]
    update: SceneState = {  # type: ignore[typeddict-item]
        "draft": draft,
        "rounds": state.get("rounds", 0) + 1,
        "last": data,
        "feedback": feedback(await asyncio.to_thread(work.code, draft), found),
        "findings": (state.get("findings", []) + told)[:_KEPT_FINDINGS],
    }
    if has_picture(found) and state["outcome"] != "title":
        this = BestDraft(
            draft=draft, rung=state["rung"], outcome=state["outcome"], coder=state["coder"], score=list(score(found))
        )
        # min keeps the first of equals: what stands higher on the ladder is closer to what was asked for.
        update["best"] = min(state.get("best", this), this, key=itemgetter("score"))
    return update


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

    A later draft is taken only if it scores better: a round never makes the scene worse. The plain title is accepted
    in any case, since something must be shown.
    """
    work = await asyncio.to_thread(SceneWork.load, state, settings_of(runtime))
    findings = [Finding.model_validate(item) for item in state["last"]]
    accepted = state["outcome"] == "title" or accepts(state["coder"], findings)  # type: ignore[arg-type]
    best = state.get("best")
    if best is not None and (accepted or work.is_last(state["rung"], state["last"], state["rounds"])):
        return {  # type: ignore[typeddict-item]
            "accepted": True,
            "draft": best["draft"],
            "rung": best["rung"],
            "outcome": best["outcome"],
            "coder": best["coder"],
        }
    return {"accepted": accepted}  # type: ignore[typeddict-item]


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
    key = await asyncio.to_thread(work.keep_draft, work.ladder[-1])
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
