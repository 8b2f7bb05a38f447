"""From rendered scenes and spoken beats to everything a finished run folder holds."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from visium_graph.errors import EnvironmentFault
from visium_graph.export.audio import programme
from visium_graph.export.contact import Still, contact_sheet
from visium_graph.export.finished import files_of, inputs_of, unchanged
from visium_graph.export.mux import assemble, scene_clip
from visium_graph.export.report import DraftFinding, Made, Outcome, Report, SceneReport, write_report
from visium_graph.export.subtitles import srt, vtt
from visium_graph.export.timeline import BeatSpan, SceneSpan, Timeline
from visium_graph.export.usage import tidied
from visium_graph.models.usage import Usage
from visium_graph.provenance import source_hash, versions
from visium_graph.run import Run
from visium_graph.sandbox.job import JobResult
from visium_graph.settings import Settings
from visium_graph.store import PART, content_hash
from visium_graph.storyboard import Scene, Storyboard
from visium_graph.timing import BeatTiming, SceneTiming, Timing
from visium_graph.voices.programme import NarratedVideo

__all__ = ["Notes", "RenderedScene", "publish"]


@dataclass(frozen=True)
class RenderedScene:
    """A scene whose clip is there."""

    scene: Scene
    outcome: str
    coder: str
    rounds: int
    findings: Sequence[dict[str, Any]]
    result: JobResult
    """Of a render job that is done: its `files` hold the clip and the stills."""
    cached: bool = False
    """Whether the clip was there before this run."""
    why: str = ""
    """Why no model's draft was taken, where models were asked in vain."""
    reviews: int = 0
    """Rounds that the reviewer's model asked for."""
    thinking: bool | None = None
    """Whether the model thought before it wrote the code; None where none wrote it."""


@dataclass(frozen=True)
class Notes:
    """What the report tells besides the scenes."""

    source: str
    warnings: Sequence[str] = ()
    left_out: Sequence[str] = field(default=())
    elapsed: float = 0.0
    """Seconds the run took so far."""
    usage: Usage | None = None
    """What the models took."""


def publish(
    run: Run,
    storyboard: Storyboard,
    rendered: Sequence[RenderedScene],
    narrated: NarratedVideo,
    settings: Settings,
    notes: Notes,
) -> Path:
    """Write video, clips, subtitles, timing, contact sheet and report; returns the video's path.

    Pictures and sound that are in the folder already, put together from the same clips and sounds, are left as they are.

    Raises:
        EnvironmentFault: the folder cannot be written any more.
    """
    timeline = _timeline(storyboard, rendered, narrated, settings.frame.fps)
    try:
        _timing(timeline, narrated).write(run.timing)
        run.write(run.subtitles(".srt"), srt(timeline))
        run.write(run.subtitles(".vtt"), vtt(timeline))
        assembly = _assembly(timeline)
        heavy = [run.video, run.contact, *(run.clip(scene.id) for scene in timeline.scenes)]
        if not unchanged(run, assembly, [path.relative_to(run.folder).as_posix() for path in heavy]):
            _put_together(run, timeline, rendered)
        _remove_leftovers(run, storyboard)
        made = Made(inputs=inputs_of(run, settings), assembly=assembly, files=files_of(run))
        write_report(run, _report(timeline, rendered, narrated, settings, notes, made))
    except OSError as error:
        raise EnvironmentFault(f"{error.filename or run.folder}: cannot be written ({error.strerror})") from error
    return run.video


def _put_together(run: Run, timeline: Timeline, rendered: Sequence[RenderedScene]) -> None:
    sound = programme(timeline)
    for scene in timeline.scenes:
        scene_clip(timeline, sound, scene.id, run.clip(scene.id))
    contact_sheet(_stills(rendered), run.contact)
    assemble(timeline, sound, run.video)


def _assembly(timeline: Timeline) -> str:
    """A hash of what the video is put together from. Clips and sounds lie in the store, under names that say what is in them."""
    return content_hash(
        source_hash("export"), versions("av", "numpy", "pillow", "pyloudnorm", "scipy"), asdict(timeline)
    )


def _timeline(storyboard: Storyboard, rendered: Sequence[RenderedScene], narrated: NarratedVideo, fps: int) -> Timeline:
    scenes = []
    for item in rendered:
        value = item.result.value
        beats = tuple(
            BeatSpan(beat.id, start, end, clip.path, clip.words)
            for beat, (start, end), clip in zip(
                item.scene.beats, value["beats"], narrated.scenes[item.scene.id], strict=True
            )
        )
        scenes.append(SceneSpan(item.scene.id, item.scene.title, item.result.files[".mp4"], value["frames"], beats))
    return Timeline(storyboard.title, storyboard.language, fps, tuple(scenes))


def _timing(timeline: Timeline, narrated: NarratedVideo) -> Timing:
    return Timing(
        fps=timeline.fps,
        scenes=[
            SceneTiming(
                id=scene.id,
                beats=[
                    BeatTiming(id=beat.id, seconds=clip.seconds, frames=(beat.start, beat.end))
                    for beat, clip in zip(scene.beats, narrated.scenes[scene.id], strict=True)
                ],
            )
            for scene in timeline.scenes
        ],
    )


def _stills(rendered: Sequence[RenderedScene]) -> list[Still]:
    return [
        Still(item.scene.id, item.scene.title, beat.id, item.result.files.get(f"-{number}.png"))
        for item in rendered
        for number, beat in enumerate(item.scene.beats)
    ]


def _report(
    timeline: Timeline,
    rendered: Sequence[RenderedScene],
    narrated: NarratedVideo,
    settings: Settings,
    notes: Notes,
    made: Made,
) -> Report:
    scenes = [
        SceneReport(
            id=item.scene.id,
            title=item.scene.title,
            outcome=cast("Outcome", item.outcome),
            rounds=item.rounds,
            findings=[DraftFinding.model_validate(finding) for finding in item.findings],
            coder=item.coder,
            model=settings.model_of("coder") if item.coder == "model" else "",
            thinking=item.thinking,
            reviews=item.reviews,
            seconds=round(span.frames / timeline.fps, 3),
            frames=span.frames,
            cached=item.cached,
            render_seconds=round(item.result.cpu_seconds, 2),
            note=_why(item),
        )
        for item, span in zip(rendered, timeline.scenes, strict=True)
    ]
    return Report(
        title=timeline.title,
        source=notes.source,
        quality=settings.quality,
        voice=narrated.voice,
        duration=round(timeline.frames / timeline.fps, 3),
        elapsed=round(notes.elapsed, 1),
        scenes=scenes,
        warnings=[*notes.warnings],
        left_out=[*notes.left_out],
        versions=versions("visium-graph", "manim", "langgraph", "av"),
        usage=tidied(notes.usage) if notes.usage else None,
        made=made,
    )


def _why(item: RenderedScene) -> str:
    """The first error that an earlier draft met, for a scene that is not as planned."""
    if item.outcome not in {"fallback", "title"}:
        return ""
    if item.why:
        return item.why
    errors = [finding["message"] for finding in item.findings if finding["severity"] == "error"]
    return errors[0] if errors else "it has no layout that can be drawn without code"


def _remove_leftovers(run: Run, storyboard: Storyboard) -> None:
    """Clips and narration of scenes no longer in the storyboard, and unfinished files of a run that was killed here."""
    kept = {run.clip(scene.id) for scene in storyboard.scenes}
    kept |= {run.narration(scene.id, beat.id) for scene in storyboard.scenes for beat in scene.beats}
    for path in [*run.folder.glob("clips/*.mp4"), *run.folder.glob("narration/*.wav")]:
        if path not in kept:
            path.unlink()
    for path in [*run.folder.glob(f"{PART}*"), *run.folder.glob(f"*/{PART}*")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
