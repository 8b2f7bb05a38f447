"""The whole pipeline on one screen: script -> director -> narrate -> one subgraph a scene -> collect -> render."""

from __future__ import annotations

import asyncio
import time

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from visium_graph.cache import using_cache
from visium_graph.graph.runtime import emit, settings_of
from visium_graph.graph.scene import build_scene_graph, understudy
from visium_graph.graph.state import SceneInput, VideoInput, VideoOutput, VideoState
from visium_graph.graph.video_work import VideoWork
from visium_graph.settings import Settings

__all__ = ["build_graph"]


async def script(state: VideoState, runtime: Runtime[Settings]) -> VideoState:
    """Source -> title, ordered scenes, narration in beats (a storyboard or a lesson is all that already)."""
    work = await asyncio.to_thread(VideoWork.start, state, settings_of(runtime))
    if work.settings.has_crew:
        emit(runtime, "writing")
    found = await work.planner.write_script(state["source"], state.get("documents", []))
    emit(runtime, "script", found=found.message)
    return {"out": str(work.run.folder), "origin": found.origin, "warnings": found.warnings, "started": time.time()}


async def director(state: VideoState, runtime: Runtime[Settings]) -> VideoState:
    """Script -> storyboard: a layout for every scene, and which part appears at which beat."""
    work = VideoWork.open(state, settings_of(runtime))
    storyboard, told = await work.planner.write_storyboard(state["origin"], state["source"])
    warned = await asyncio.to_thread(work.ensure_confinement, storyboard)
    emit(runtime, "storyboard", title=storyboard.title, scenes=[[scene.id, scene.title] for scene in storyboard.scenes])
    return {
        "order": [scene.id for scene in storyboard.scenes],
        "warnings": state.get("warnings", []) + told + warned,
    }


async def narrate(state: VideoState, runtime: Runtime[Settings]) -> VideoState:
    """Speak every beat, so that code is checked and rendered against known durations."""
    work = VideoWork.open(state, settings_of(runtime))
    narrated = await work.narrate(lambda done, total: emit(runtime, "narrated", done=done, total=total))
    return {"voice": narrated.voice, "warnings": state.get("warnings", []) + narrated.warnings}


def scenes(state: VideoState) -> list[Send] | str:
    """One branch a scene, each with its index. An empty list would end the graph silently."""
    sends = [
        Send("scene", SceneInput(out=state["out"], scene_id=scene_id, index=index))
        for index, scene_id in enumerate(state["order"])
    ]
    return sends or "collect"


async def collect(state: VideoState, runtime: Runtime[Settings]) -> VideoState:
    """Branches end in any order: the index decides. What models have coded goes into the plan."""
    await asyncio.to_thread(VideoWork.open(state, settings_of(runtime)).keep_code, state["scenes"])
    return {"order": sorted(state["scenes"], key=lambda scene_id: state["scenes"][scene_id]["index"])}


def wanted(_state: VideoState, runtime: Runtime[Settings]) -> str:
    """With `render: false` the plan, its narration and its checked code are all that was asked for."""
    return "render" if settings_of(runtime).render else END


async def render(state: VideoState, runtime: Runtime[Settings]) -> VideoState:
    """Await the pool's clips, then assemble picture, sound, subtitles and chapters from one timeline."""
    work = VideoWork.open(state, settings_of(runtime))
    async with using_cache(work.settings):
        clips = await work.clips(state, lambda scene, outcome: emit(runtime, "rendered", scene=scene, outcome=outcome))
        emit(runtime, "assembling")
        video = await work.assemble(state, clips)
    return {"video": str(video)}


def build_graph() -> StateGraph[VideoState, Settings, VideoInput, VideoOutput]:
    """The graph of a whole video, uncompiled: compile it with the checkpointer you want.

    Example:
        >>> graph = build_graph().compile()
        >>> sorted(set(graph.nodes) - {"__start__"})
        ['collect', 'director', 'narrate', 'render', 'scene', 'script']
    """
    return (
        StateGraph(VideoState, context_schema=Settings, input_schema=VideoInput, output_schema=VideoOutput)
        .add_node(script)
        .add_node(director)
        .add_node(narrate)
        .add_node("scene", build_scene_graph().compile(), error_handler=understudy)
        .add_node(collect)
        .add_node(render)
        .add_edge(START, "script")
        .add_edge("script", "director")
        .add_edge("director", "narrate")
        .add_conditional_edges("narrate", scenes, ["scene", "collect"])
        .add_edge("scene", "collect")
        .add_conditional_edges("collect", wanted, ["render", END])
        .add_edge("render", END)
    )
