"""One scene: coder -> check -> reviewer, looped until a draft is accepted, then its clip is ordered from the pool."""

from __future__ import annotations

import asyncio
from typing import Literal

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from visium_graph.agents.reviewer import accepts
from visium_graph.checks import findings_of
from visium_graph.checks.finding import Finding
from visium_graph.errors import VisiumError
from visium_graph.graph.runtime import emit, settings_of
from visium_graph.graph.scene_work import SceneWork
from visium_graph.graph.state import SceneInput, SceneOutcome, SceneOutput, SceneState
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
    """Dry-run the draft in the sandbox and measure what it shows."""
    settings = settings_of(runtime)
    work = await asyncio.to_thread(SceneWork.load, state, settings)
    job = await asyncio.to_thread(work.check_job, state["draft"])
    result = await asyncio.wrap_future((await asyncio.to_thread(pool_for, settings)).submit(job))
    found = [finding.model_dump(exclude_none=True) for finding in findings_of(result, f"scenes/{state['scene_id']}.py")]
    emit(runtime, "checked", scene=state["scene_id"], errors=sum(item["severity"] == "error" for item in found))
    findings = [{**item, "draft": state["coder"]} for item in found]
    return {  # type: ignore[typeddict-item]
        "rounds": state.get("rounds", 0) + 1,
        "last": found[:_KEPT_FINDINGS],
        "findings": (state.get("findings", []) + findings)[:_KEPT_FINDINGS],
    }


async def reviewer(state: SceneState) -> SceneState:
    """Accept the draft or send it back. The plainest draft is always accepted: something must be shown."""
    findings = [Finding.model_validate(item) for item in state["last"]]
    accepted = state["outcome"] == "title" or accepts(state["coder"], findings)  # type: ignore[arg-type]
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

    A fault of the machine, or of what the user gave, is no scene's own: it ends the run with its message.
    """
    if isinstance(error.error, VisiumError):
        raise error.error
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
