"""Whether a finished run is all that was promised, asked of its files and of the real checks, not of what it says of itself."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from tests.crew.checking import check_drafts
from tests.crew.lectures import Lecture, Planned
from visium_graph.agents.reviewer import has_picture, score
from visium_graph.agents.scene_file import unstamped
from visium_graph.checks.finding import Finding
from visium_graph.layouts import CustomLayout
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.storyboard import Storyboard
from visium_graph.timing import Timing

__all__ = ["SceneFate", "Verdict", "drafts_kept", "judge"]

_CONTRADICTED = ": overlap: "
"""A kind of complaint that a check measures: no draft that the checks let pass has it."""
_MARK = re.compile(r"# Draft (\d+) of (\S+?)\.$", re.MULTILINE)


@dataclass(frozen=True)
class SceneFate:
    """What became of one scene that was to be coded.

    Attributes:
        drafts: that reached the graph, repaired versions among them.
        published, best: errors and warnings of what was taken, and of the best draft; None where none can be drawn.
    """

    planned: Planned
    outcome: str
    rounds: int
    note: str
    drafts: int
    published: tuple[int, int] | None
    best: tuple[int, int] | None

    @property
    def coded(self) -> bool:
        """Whether the model's own code is shown."""
        return self.outcome == "coded"


@dataclass
class Verdict:
    """What is wrong with a run (nothing, one hopes), and what became of its scenes."""

    lecture: Lecture
    wrong: list[str] = field(default_factory=list)
    fates: list[SceneFate] = field(default_factory=list)
    voice: str = ""
    """Who spoke it."""
    complaints: int = 0
    """Of the reviewer, that were taken up."""

    @property
    def worse(self) -> list[SceneFate]:
        """Scenes that are worse than their best draft."""
        return [
            fate
            for fate in self.fates
            if fate.published is None or (fate.best is not None and fate.published > fate.best)
        ]


def drafts_kept(store: Path) -> dict[str, list[str]]:
    """Scene id -> every draft of the model that the graph has taken up, repaired ones too: they lie in the store."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(store.glob("code/**/*.py")):
        code = path.read_text(encoding="utf-8")
        if mark := _MARK.search(code):
            found[mark[2]].append(code)
    return dict(found)


def judge(lecture: Lecture, run: Run, settings: Settings, kept: dict[str, list[str]]) -> Verdict:
    """Look at one run.

    Args:
        lecture: what the author had in mind.
        run: its folder.
        settings: with which it was made.
        kept: see `drafts_kept`.
    """
    verdict = Verdict(lecture)
    if not run.video.is_file() or not run.report.is_file():
        verdict.wrong.append("there is no video")
        return verdict
    report = json.loads(run.report.read_text(encoding="utf-8"))
    verdict.voice = report["voice"]
    storyboard = run.read_storyboard()
    timing = Timing.read(run.timing)
    verdict.wrong += [*_order(lecture, storyboard, report, timing, run), *_narration(lecture, storyboard, timing, run)]
    verdict.wrong += _picture(report, run)
    complaints = [one["message"] for scene in report["scenes"] for one in scene["findings"] if one["rule"] == "review"]
    verdict.complaints = len(complaints)
    verdict.wrong += [
        f"a complaint was taken up that the checks contradict: {one}" for one in complaints if _CONTRADICTED in one
    ]
    verdict.fates = _fates(lecture, storyboard, report, timing, run, settings, kept)
    verdict.wrong += [
        f"{fate.planned.scene_id} is worse than its best draft: {fate.published} where {fate.best} could be had"
        for fate in verdict.worse
    ]
    return verdict


def _order(lecture: Lecture, storyboard: Storyboard, report: dict[str, Any], timing: Timing, run: Run) -> Iterator[str]:
    wanted = [scene.scene_id for scene in lecture.scenes]
    orders = {
        "storyboard": [scene.id for scene in storyboard.scenes],
        "report": [scene["id"] for scene in report["scenes"]],
        "timing": [scene.id for scene in timing.scenes],
    }
    for name, order in orders.items():
        if order != wanted:
            yield f"the {name} has scenes {order} where {wanted} were written"
    with av.open(str(run.video)) as container:
        chapters = [str(chapter["metadata"]["title"]) for chapter in container.chapters()]
    if chapters != [scene.title for scene in lecture.scenes]:
        yield f"the video has chapters {chapters}"


def _narration(lecture: Lecture, storyboard: Storyboard, timing: Timing, run: Run) -> Iterator[str]:
    """Every beat is said, in its words, for its time, and one after the other."""
    for scene, told, timed in zip(lecture.scenes, storyboard.scenes, timing.scenes, strict=False):
        if [beat.say for beat in told.beats] != list(scene.says):
            yield f"{scene.scene_id} says {[beat.say for beat in told.beats]} where {scene.says} was written"
        if [beat.id for beat in timed.beats] != [beat.id for beat in told.beats]:
            yield f"{scene.scene_id}: beats of timing.json are not those of the storyboard"
        end = 0
        for beat in timed.beats:
            sound = run.narration(told.id, beat.id)
            if not sound.is_file() or abs(_seconds(sound) - beat.seconds) > 0.05:
                yield f"{told.id}: narration of beat {beat.id} is missing, or not as long as told"
            if beat.frames is None or beat.frames[0] < end or timing.fps is None:
                yield f"{told.id}: beat {beat.id} has no place of its own"
                continue
            end = beat.frames[1]
            if (end - beat.frames[0]) / timing.fps < beat.seconds - 1 / timing.fps:
                yield f"{told.id}: beat {beat.id} is cut off: {beat.frames} for {beat.seconds} s"


def _seconds(sound: Path) -> float:
    with av.open(str(sound)) as container:
        stream = container.streams.audio[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        return float(stream.duration * stream.time_base)


def _picture(report: dict[str, Any], run: Run) -> Iterator[str]:
    """The video can be decoded, frame by frame, and has as many as its scenes."""
    told = sum(scene["frames"] for scene in report["scenes"])
    with av.open(str(run.video)) as container:
        frames = sum(1 for _ in container.decode(container.streams.video[0]))
    if frames != told:
        yield f"the video has {frames} frames where its scenes have {told}"
    with av.open(str(run.video)) as container:
        sound = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(sound))
        heard = samples / sound.rate
    if abs(heard - report["duration"]) > 0.2:
        yield f"the sound is {heard:.2f} s long where the picture is {report['duration']} s"


def _fates(
    lecture: Lecture,
    storyboard: Storyboard,
    report: dict[str, Any],
    timing: Timing,
    run: Run,
    settings: Settings,
    kept: dict[str, list[str]],
) -> list[SceneFate]:
    told = {scene["id"]: scene for scene in report["scenes"]}
    waiting: list[tuple[Planned, list[str]]] = []
    for planned in lecture.scenes:
        # Where the director's model had no answer, its understudy has planned the scene, and nobody was asked for code.
        wanted = planned.scene_id in told and isinstance(storyboard.scene(planned.scene_id).layout, CustomLayout)
        if wanted:
            published = unstamped(run.scene(planned.scene_id).read_text(encoding="utf-8"))
            waiting.append((planned, [published, *kept.get(planned.scene_id, ())]))
    jobs = [
        (storyboard.scene(planned.scene_id), timing.seconds(planned.scene_id), code)
        for planned, codes in waiting
        for code in codes
    ]
    findings = iter(check_drafts(jobs, run, settings, storyboard.theme))
    fates = []
    for planned, codes in waiting:
        published, *drafts = [next(findings) for _ in codes]
        item = told[planned.scene_id]
        best = min((points for points in map(_points, drafts) if points is not None), default=None)
        fates.append(
            SceneFate(planned, item["outcome"], item["rounds"], item["note"], len(drafts), _points(published), best)
        )
    return fates


def _points(findings: Sequence[Finding]) -> tuple[int, int] | None:
    """Errors and warnings; None where nothing can be drawn."""
    return score(findings) if has_picture(findings) else None
