"""The `check` task: compile the scene, run it without drawing, measure where its texts stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from manim import Wait
from manim.renderer.cairo_renderer import CairoRenderer

from visium_graph.checks.exceptions import exception_finding, syntax_finding
from visium_graph.checks.geometry import Geometry
from visium_graph.checks.origins import Names, line_of, noting_origins
from visium_graph.checks.timing import timing_findings
from visium_graph.sandbox.fault import is_the_machines
from visium_graph.sandbox.scene_code import beat_spans, running
from visium_graph.sandbox.scratch import scene_file
from visium_graph.stage import Slide

__all__ = ["probe"]

_MOST = 10
"""Findings of one rule: more would say nothing new, and bury the rest."""
_HELD = 1.0
"""Seconds that a scene's last picture counts as shown."""
_STEPS = 3
"""Looks at an animation in which something is redrawn all the time."""

Finding = dict[str, Any]


def probe(payload: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Check the scene in `scratch`; called in the job's child process.

    Returns:
        `{"findings": [...], "beats": [[start, end], ...], "texts": [[...], ...]}`: findings without their `file`; beats in
        seconds from the scene's start, empty where the scene did not run to its end; the texts that stand on the frame at
        each beat's end, as they were written, empty where they are not known of every beat.
    """
    path = scene_file(scratch, payload["scene_id"])
    source = path.read_bytes()
    try:
        compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        return {"findings": [syntax_finding(error)], "beats": [], "texts": []}
    geometry = Geometry(Names(path, source.decode("utf-8", "replace")))
    try:
        with noting_origins(path):
            run = _dry_run(payload, scratch, geometry)
    except BaseException as error:  # a scene's code may raise anything at all, SystemExit too
        if isinstance(error, MemoryError) or is_the_machines(error, scratch):
            raise  # a limit, told by the sandbox
        return {"findings": [exception_finding(error, path)], "beats": [], "texts": []}
    fps = payload["fps"]
    beats = [[start / fps, end / fps] for start, end in beat_spans(payload, run.marks, run.frames)]
    known = [run.texts.get(index) for index in range(len(beats))]
    texts = known if None not in known else []
    return {"findings": _findings(payload, run, geometry), "beats": beats, "texts": texts}


class _Ran(NamedTuple):
    """A scene that ran to its end."""

    marks: list[tuple[int, int, int]]
    """What it spoke: beat index, first frame, frame after the last."""
    seconds: list[float]
    """Length of each beat's voice; of a slide without narration yet, as estimated from its words."""
    frames: int
    """Its length."""
    texts: dict[int, list[str] | None]
    """Beat index -> the texts on the frame at its end; None where they cannot be told."""


def _dry_run(payload: dict[str, Any], scratch: Path, geometry: Geometry) -> _Ran:
    """Construct the scene; returns its marks and its length in frames."""
    # At the size of the film, although next to nothing is drawn: Manim wraps a Text by the picture's width in pixels.
    with running(payload, scratch, _renderer(geometry), dry_run=True) as scene_type:
        scene = scene_type()
        scene.render()
        renderer = scene.renderer
        geometry.note_beats(getattr(scene, "marks", ()))
        last = geometry.look(scene)
        # A scene's last picture counts as shown; that nothing is on it is no fault.
        geometry.hold(last, last, renderer.time, renderer.time + _HELD)
        CairoRenderer.update_frame(renderer, scene)  # some faults show only when something is drawn
        seconds = [beat["seconds"] for beat in payload["beats"]]
        if isinstance(scene, Slide) and not seconds:
            seconds = [beat.seconds for beat in scene._beats]  # noqa: SLF001  # as it counts them itself
        frames = round(renderer.time * payload["fps"])
        return _Ran(list(getattr(scene, "marks", [])), seconds, frames, geometry.texts)


def _renderer(geometry: Geometry) -> type[Any]:
    """A Cairo renderer that draws nothing and has the geometry look at every step."""

    class ProbeRenderer(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["skip_animations"] = True
            super().__init__(*args, **kwargs)

        def play(self, scene: Any, *args: Any, **kwargs: Any) -> None:
            geometry.names.note_scopes()
            geometry.note_beats(getattr(scene, "marks", ()))
            before, start = geometry.look(scene), self.time
            with _stepping(scene):
                super().play(scene, *args, **kwargs)
            still = len(args) == 1 and isinstance(args[0], Wait)
            geometry.hold(before, geometry.look(scene), start, self.time, still=still)

        def update_frame(self, *_: Any, **__: Any) -> None:
            """Draw nothing."""

        def save_static_frame_data(self, *_: Any) -> None:
            """Keep nothing."""

    return ProbeRenderer


@contextmanager
def _stepping(scene: Any) -> Iterator[None]:
    """Where something moves by elapsed time, go through every frame; else the end of an animation is enough.

    One step as long as the whole animation would put what is integrated over time in a place it never reaches. And what
    is redrawn while other things move can fail halfway, and be well again at the end: it is looked at on the way.
    """
    whole = partial(type(scene).get_time_progression, scene)

    def progression(run_time: float, *args: Any, **kwargs: Any) -> Any:
        members = scene.get_mobject_family_members()
        if scene.updaters or any(member.has_time_based_updater() for member in members):
            return whole(run_time, *args, **{**kwargs, "override_skip_animations": True})
        times = whole(run_time, *args, **kwargs)
        if any(member.updaters for member in members):
            times.iterable = [run_time * step / _STEPS for step in range(1, _STEPS + 1)]
        return times

    scene.get_time_progression = progression
    try:
        yield
    finally:
        del scene.get_time_progression


def _findings(payload: dict[str, Any], run: _Ran, geometry: Geometry) -> list[Finding]:
    fps = payload["fps"]
    spans = [(start / fps, end / fps) for start, end in beat_spans(payload, run.marks, run.frames)]
    marks = [(index, start / fps, end / fps) for index, start, end in run.marks]
    timing = timing_findings(run.seconds, marks, spans, geometry.blanks, run.frames / fps)
    return timing + _places(geometry, spans or [(start, end) for _, start, end in marks])


def _places(geometry: Geometry, spans: list[tuple[float, float]]) -> list[Finding]:
    findings: list[Finding] = []
    counts: dict[str, int] = {}
    for fault in geometry.faults():
        counts[fault.rule] = counts.get(fault.rule, 0) + 1
        if counts[fault.rule] > _MOST:
            continue
        beat = next((index for index, (start, end) in enumerate(spans) if start - 0.01 <= fault.start < end), None)
        when = f"from {fault.start:.1f} s to {fault.end:.1f} s" + ("" if beat is None else f", beat {beat}")
        made = "; ".join(name for name in fault.names if name)
        findings.append(
            {
                "line": max(1, line_of(fault.objects[0])),
                "rule": fault.rule,
                "severity": fault.severity,
                "message": f"{fault.message} ({when})" + (f" [{made}]" if made else ""),
                "suggestion": fault.suggestion,
            }
        )
    for rule, count in counts.items():
        if count > _MOST:
            findings.append({"rule": rule, "severity": "info", "message": f"and {count - _MOST} more of this kind"})
    return findings
