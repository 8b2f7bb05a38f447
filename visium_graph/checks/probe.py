"""The `check` task: compile the scene, run it without drawing, measure where its texts stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from manim.renderer.cairo_renderer import CairoRenderer

from visium_graph.checks.geometry import Geometry
from visium_graph.checks.texts import noting_origins
from visium_graph.sandbox.fault import fault_of
from visium_graph.sandbox.scene_code import NoSceneError, beat_spans, running
from visium_graph.sandbox.scratch import scene_file
from visium_graph.stage import FormulaError

__all__ = ["probe"]

_MOST = 10
"""Findings of one rule: more would say nothing new, and bury the rest."""
_HELD = 1.0
"""Seconds that a scene's last picture counts as shown."""
_OVERRUN = 1.0

Finding = dict[str, Any]


def probe(payload: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Check the scene in `scratch`; called in the job's child process.

    Returns:
        `{"findings": [...], "beats": [[start, end], ...]}`: findings without their `file`; beats in seconds from the
        scene's start, empty where the scene did not run to its end.
    """
    path = scene_file(scratch, payload["scene_id"])
    source = path.read_bytes()
    try:
        compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        return {"findings": [_syntax(error)], "beats": []}
    geometry = Geometry()
    try:
        with noting_origins(path):
            marks, frames = _dry_run(payload, scratch, geometry)
    except BaseException as error:  # a scene's code may raise anything at all, SystemExit too
        if isinstance(error, MemoryError):
            raise  # a limit, told by the sandbox
        return {"findings": [_exception(error, path)], "beats": []}
    spans = beat_spans(payload, marks, frames)
    findings = _beats(payload, marks) + _places(geometry, payload, spans)
    fps = payload["fps"]
    return {"findings": findings, "beats": [[start / fps, end / fps] for start, end in spans]}


def _dry_run(payload: dict[str, Any], scratch: Path, geometry: Geometry) -> tuple[list[tuple[int, int, int]], int]:
    """Construct the scene; returns its marks and its length in frames."""
    # At the size of the film, although next to nothing is drawn: Manim wraps a Text by the picture's width in pixels.
    with running(payload, scratch, _renderer(geometry), dry_run=True) as scene_type:
        scene = scene_type()
        scene.render()
        renderer = scene.renderer
        last = geometry.look(scene)
        geometry.hold(last, last, renderer.time, renderer.time + _HELD)
        CairoRenderer.update_frame(renderer, scene)  # some faults show only when something is drawn
        return list(getattr(scene, "marks", [])), round(renderer.time * payload["fps"])


def _renderer(geometry: Geometry) -> type[Any]:
    """A Cairo renderer that draws nothing and has the geometry look at every step."""

    class ProbeRenderer(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["skip_animations"] = True
            super().__init__(*args, **kwargs)

        def play(self, scene: Any, *args: Any, **kwargs: Any) -> None:
            before, start = geometry.look(scene), self.time
            with _stepping(scene):
                super().play(scene, *args, **kwargs)
            geometry.hold(before, geometry.look(scene), start, self.time)

        def update_frame(self, *_: Any, **__: Any) -> None:
            """Draw nothing."""

        def save_static_frame_data(self, *_: Any) -> None:
            """Keep nothing."""

    return ProbeRenderer


@contextmanager
def _stepping(scene: Any) -> Iterator[None]:
    """Where something moves by elapsed time, go through every frame; else the end of an animation is enough.

    One step as long as the whole animation would put what is integrated over time in a place it never reaches.
    """
    if not (scene.updaters or any(member.has_time_based_updater() for member in scene.get_mobject_family_members())):
        yield
        return
    scene.get_time_progression = partial(type(scene).get_time_progression, scene, override_skip_animations=True)
    try:
        yield
    finally:
        del scene.get_time_progression


def _beats(payload: dict[str, Any], marks: list[tuple[int, int, int]]) -> list[Finding]:
    """Beats that a scene leaves out although it speaks others, and beats that outlast their voice."""
    spoken = {index: end - start for index, start, end in marks}
    findings = []
    missing = [index for index in range(len(payload["beats"])) if index not in spoken]
    if spoken and missing:
        names = ", ".join(f"beat({index})" for index in missing)
        findings.append(
            {
                "rule": "beats",
                "severity": "error",
                "message": f"never speaks {names}: their narration would be heard over its last picture",
                "suggestion": f"add `with self.{names.split(',')[0]}:` in its place",
            }
        )
    for index, (start, end) in enumerate(beat_spans(payload)):
        over = (spoken.get(index, 0) - (end - start)) / payload["fps"]
        if over > _OVERRUN:
            message = f"the animations of beat({index}) run {over:.1f} s longer than its narration: silence"
            suggestion = "give them a run_time as a share of beat.duration"
            findings.append({"rule": "timing", "severity": "warning", "message": message, "suggestion": suggestion})
    return findings


def _places(geometry: Geometry, payload: dict[str, Any], spans: list[tuple[int, int]]) -> list[Finding]:
    findings: list[Finding] = []
    counts: dict[str, int] = {}
    for fault in geometry.faults():
        counts[fault.rule] = counts.get(fault.rule, 0) + 1
        if counts[fault.rule] > _MOST:
            continue
        frame = fault.start * payload["fps"]
        beat = next((index for index, (start, end) in enumerate(spans) if start - 1 <= frame < end), None)
        where = f"from {fault.start:.1f} s to {fault.end:.1f} s" + ("" if beat is None else f", beat {beat}")
        findings.append(
            {
                "line": max(1, fault.line),
                "rule": fault.rule,
                "severity": "error",
                "message": f"{fault.message} ({where})",
                "suggestion": fault.suggestion,
            }
        )
    for rule, count in counts.items():
        if count > _MOST:
            findings.append({"rule": rule, "severity": "info", "message": f"and {count - _MOST} more of this kind"})
    return findings


def _syntax(error: SyntaxError | ValueError) -> Finding:
    if not isinstance(error, SyntaxError):
        return {"rule": "syntax", "severity": "error", "message": str(error)}
    finding: Finding = {"rule": "syntax", "severity": "error", "message": error.msg}
    finding["line"] = error.lineno or 1
    finding["column"] = max(1, error.offset or 1)
    if error.end_lineno and error.end_lineno >= finding["line"]:
        finding["end_line"] = error.end_lineno
    return finding


def _exception(error: BaseException, path: Path) -> Finding:
    fault = fault_of(error, path)
    finding: Finding = {"rule": "exception", "severity": "error", "line": fault.line}
    finding["message"] = f"{fault.type}: {fault.message}"
    if isinstance(error, FormulaError) or fault.message.startswith("latex error"):
        finding |= {"rule": "formula", "message": fault.message}
    elif isinstance(error, NoSceneError):
        finding |= {"rule": "no-scene", "message": fault.message}
    return finding
