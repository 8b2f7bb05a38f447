"""Loads a scene's module in the child and has Manim run it under our conditions. Imports Manim."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import manim.scene.scene as manim_scene
from manim import Scene, config, tempconfig
from manim.mobject.svg import svg_mobject

from visium_graph.sandbox import tex_client
from visium_graph.sandbox.scratch import OUTLINES, OUTLINES_MADE, scene_file
from visium_graph.stage import configure, remembered, run_latex_with
from visium_graph.stage.timing import PAUSE

__all__ = ["NoSceneError", "beat_spans", "running", "scene_class"]

# Each glyph keeps the SVG path it was drawn from, and every animation copies its mobjects deeply: copying those paths
# too took a third of a scene's time. Nothing changes them once a glyph has its points, so copies can share them.
svg_mobject.se.Path.__deepcopy__ = lambda path, _memo: path


class NoSceneError(Exception):
    """The module defines no class that Manim could render."""


def scene_class(path: Path, scene_id: str) -> type[Any]:
    """Run the module and return its scene: the class named like the id (or `Scene_<id>`), else the last one defined.

    Raises:
        NoSceneError: it defines none.
        Exception: whatever the module's code raises.
    """
    spec = importlib.util.spec_from_file_location(f"scene_{scene_id}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path += [str(path.parent), str(path.parents[1])]  # for modules of the scene's own; the library's come first
    sys.modules[spec.name] = module  # dataclasses and pickle look modules up there, and a Slide its script
    spec.loader.exec_module(module)
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Scene) and value.__module__ == spec.name
    }
    if not found:
        raise NoSceneError("no scene: define one class that derives from Slide (or from a Manim Scene)")
    plain = scene_id.replace("-", "_")
    for name in (scene_id, plain, f"Scene_{plain}"):
        if name in found:
            return found[name]
    return list(found.values())[-1]


@contextmanager
def running(payload: dict[str, Any], scratch: Path, renderer: type[Any], **settings: Any) -> Iterator[type[Any]]:
    """The scene's class, ready to be made and rendered inside the block.

    Args:
        payload: of the job.
        scratch: the job's folder.
        renderer: stands in for Manim's CairoRenderer wherever the scene asks for one, so that scenes of every kind
            choose their own camera.
        settings: more of Manim's settings.
    """
    configure(math=payload["math"])
    run_latex_with(tex_client.typeset)
    conditions = {
        "pixel_width": payload["width"],
        "pixel_height": payload["height"],
        "frame_rate": payload["fps"],
        "media_dir": str(scratch / "media"),
        "assets_dir": str(scratch),
        "renderer": "cairo",
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "seed": 0,
        "preview": False,
        **settings,
    }
    usual = manim_scene.CairoRenderer
    with tempconfig(conditions):
        scene = scene_class(scene_file(scratch, payload["scene_id"]), payload["scene_id"])
        config.update(conditions)  # a module that sets its own size or rate does not get it
        manim_scene.CairoRenderer = renderer
        try:
            with _outlines(scratch):
                yield scene
        finally:
            manim_scene.CairoRenderer = usual


@contextmanager
def _outlines(scratch: Path) -> Iterator[None]:
    """Begin with the outlines that an earlier run of the same code made, and leave those of this one."""
    with suppress(FileNotFoundError):
        remembered.load((scratch / OUTLINES).read_bytes())
    known = remembered.count()
    yield
    if remembered.count() > known:
        (scratch / OUTLINES_MADE).write_bytes(remembered.dump())


def beat_spans(
    payload: dict[str, Any], marks: Iterable[tuple[int, int, int]] = (), frames: int = 0
) -> list[tuple[int, int]]:
    """Frames (first, one past the last) of every beat, in the storyboard's order.

    Args:
        payload: of the job.
        marks: what the scene spoke itself: beat index, first frame, frame after the last.
        frames: length of the scene. Beats it left out follow its end; where it spoke none, all play from its start.
    """
    spans = {index: (start, end) for index, start, end in marks}
    fps = payload["fps"]
    clock = frames / fps if spans else 0.0
    for index, beat in enumerate(payload["beats"]):
        if index not in spans:
            first = round(clock * fps)
            clock += beat["seconds"] + PAUSE
            spans[index] = (first, round(clock * fps))
    return [spans[index] for index in range(len(payload["beats"]))]
