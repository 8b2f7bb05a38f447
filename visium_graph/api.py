"""Making a video from Python: the graph, compiled with the run folder's own checkpointer.

Example:
    >>> from visium_graph import Settings, make_video
    >>> run = make_video("pythagorean theorem", settings=Settings(quality="draft"), out="out")  # doctest: +SKIP
    >>> run.video  # doctest: +SKIP
    PosixPath('/home/me/out/video.mp4')
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from visium_graph.errors import EnvironmentFault, InputError
from visium_graph.export.finished import is_finished
from visium_graph.run import Run, default_folder
from visium_graph.settings import Settings
from visium_graph.sources.resolve import identify_source
from visium_graph.storyboard import Storyboard

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

__all__ = ["amake_video", "aresume_video", "make_video", "resume_video", "settings_of_run"]

OnEvent = Callable[[dict[str, Any]], None]
"""Called with each of the graph's custom events: `{"event": name, ...}`."""

_THIS_MACHINES = ("allow_unsandboxed", "base_url", "model_options", "prices")
"""Settings that a resumed run does not bring along."""
_THREAD: RunnableConfig = {"configurable": {"thread_id": "video"}}


async def amake_video(
    source: str | Path | Storyboard,
    *,
    settings: Settings | None = None,
    out: str | Path | None = None,
    documents: Sequence[str | Path] = (),
    on_event: OnEvent | None = None,
) -> Run:
    """Make a narrated video.

    Args:
        source: a topic, the path of a document or of a storyboard JSON, or a `Storyboard`.
        settings: by default from the environment.
        out: the run folder; by default one under `runs/` named after the source.
        documents: paths of documents that a video on a topic must rest on.
        on_event: called with the progress of the graph's nodes.

    Returns:
        The run folder; its `video` is the finished MP4.

    Raises:
        InputError: the source cannot be used.
        EnvironmentFault: the machine lacks something.
        VisiumError: a scene could not be rendered at all.
    """
    settings = settings or Settings()
    if await asyncio.to_thread(_is_made, source, settings, out):
        if on_event is not None:
            on_event({"event": "unchanged"})
        return Run.open(Path(out) if out else default_folder(str(source)))
    from visium_graph.graph.planning import write_plan  # noqa: PLC0415  # an unchanged video needs none of it
    from visium_graph.models import ensure_ready  # noqa: PLC0415  # as above

    resting = [str(path) for path in documents]
    if isinstance(source, Storyboard):
        run = Run.create(Path(out) if out else default_folder(source.title))
        await asyncio.to_thread(write_plan, source, run, settings)
        source = run.storyboard
    else:
        # Before a folder is made for nothing.
        found = await asyncio.to_thread(identify_source, str(source), documents=resting, models=settings.has_crew)
        if settings.has_crew and not (isinstance(found, Path) and found.suffix.lower() == ".json"):
            await ensure_ready(settings)
        run = Run.create(Path(out) if out else default_folder(str(source)))
    async with _compiled(run) as graph:
        assert graph.checkpointer is not None
        assert not isinstance(graph.checkpointer, bool)
        await graph.checkpointer.adelete_thread("video")
        start = {"source": str(source), "out": str(run.folder), "documents": resting}
        await _drive(graph, start, settings, on_event)
    return run


def _is_made(source: str | Path | Storyboard, settings: Settings, out: str | Path | None) -> bool:
    """Whether the source is a run's own storyboard, and the run holds the video of it."""
    if isinstance(source, Storyboard) or not settings.render or not Path(source).is_file():
        return False
    folder = Path(out) if out else default_folder(str(source))
    run = Run(folder.resolve())
    return Path(source).resolve() == run.storyboard and is_finished(run, settings)


async def aresume_video(
    folder: str | Path, *, settings: Settings | None = None, on_event: OnEvent | None = None
) -> Run:
    """Go on with a run that was interrupted, with the settings it was started with.

    Args:
        folder: of the run.
        settings: what is this machine's to say (`allow_unsandboxed`, `base_url`, `model_options`, `prices`): a run folder
            may come from anywhere, and keys are not sent to an address that it names. By default from the environment.
        on_event: as for `amake_video`.

    Raises:
        InputError: the folder holds no run.
    """
    run = Run.open(folder)
    if not run.checkpoints.is_file():
        raise InputError(f"{folder}: no run was started there; `visium make SOURCE -o {folder}` starts one")
    async with _compiled(run) as graph:
        state = await graph.aget_state(_THREAD)
        if not state.values:
            raise InputError(f"{folder}: nothing to go on with; `visium make SOURCE -o {folder}` starts anew")
        if state.next or not run.video.is_file():
            here = settings or Settings()
            chosen = _settings_in(state.metadata).model_copy(
                update={name: getattr(here, name) for name in _THIS_MACHINES}
            )
            start = None if state.next else {"source": str(run.storyboard), "out": str(run.folder)}
            await _drive(graph, start, chosen, on_event)
    return run


def make_video(
    source: str | Path | Storyboard,
    *,
    settings: Settings | None = None,
    out: str | Path | None = None,
    documents: Sequence[str | Path] = (),
    on_event: OnEvent | None = None,
) -> Run:
    """`amake_video` for code that is not async; works inside a running event loop too, as in Jupyter."""
    return _run(amake_video(source, settings=settings, out=out, documents=documents, on_event=on_event))


def resume_video(folder: str | Path, *, settings: Settings | None = None, on_event: OnEvent | None = None) -> Run:
    """`aresume_video` for code that is not async."""
    return _run(aresume_video(folder, settings=settings, on_event=on_event))


async def settings_of_run(run: Run) -> Settings | None:
    """The settings a run was last made with, or None where there is no run yet."""
    if not run.checkpoints.is_file():
        return None
    async with _compiled(run) as graph:
        state = await graph.aget_state(_THREAD)
        return _settings_in(state.metadata) if state.values else None


@asynccontextmanager
async def _compiled(run: Run) -> AsyncIterator[CompiledStateGraph[Any, Settings, Any, Any]]:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415  # only when a run starts

    from visium_graph.graph.video import build_graph  # noqa: PLC0415  # as above

    try:
        async with AsyncSqliteSaver.from_conn_string(str(run.checkpoints)) as saver:
            await saver.setup()
            yield build_graph().compile(checkpointer=saver)
    except sqlite3.DatabaseError as error:
        raise EnvironmentFault(
            f"{run.checkpoints}: {error}; close other runs in this folder, or delete the file"
        ) from error


async def _drive(
    graph: CompiledStateGraph[Any, Settings, Any, Any],
    start: dict[str, Any] | None,
    settings: Settings,
    on_event: OnEvent | None,
) -> None:
    config: RunnableConfig = {**_THREAD, "metadata": {"visium_settings": settings.model_dump_json()}}
    from visium_graph.models import close_models, traced  # noqa: PLC0415  # only when a graph runs

    try:
        with traced():
            stream = graph.astream(
                start, config, context=settings, stream_mode="custom", subgraphs=True, durability="async"
            )
            async for _, event in stream:  # (namespace of the subgraph, event)
                if on_event is not None:
                    on_event(cast("dict[str, Any]", event))
    finally:
        await close_models()


def _settings_in(metadata: Any) -> Settings:
    kept = (metadata or {}).get("visium_settings")
    return Settings.model_validate_json(kept) if kept else Settings()


def _run(work: Coroutine[Any, Any, Run]) -> Run:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    # A loop is running in this thread (Jupyter): the work gets a loop and a thread of its own.
    with ThreadPoolExecutor(1, thread_name_prefix="visium") as executor:
        return executor.submit(asyncio.run, work).result()
