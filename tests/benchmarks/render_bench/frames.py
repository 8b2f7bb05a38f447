"""Manim's own frames: `python frames.py REQUEST.json RESULT.json`, a process in which this package patches nothing.

The scene (`script`) is run by Manim's own camera and renderer at `quality`, with a file writer that takes its raw
frames. With `clips` (`ours`, `manim`: paths) they are compared with those files; without, the floor is measured.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

from render_bench.ssim import Clip, Pixels
from visium_graph.render.encoder import ClipEncoder
from visium_graph.settings import QUALITIES

__all__ = ["Floor", "compared", "floor"]

_NAMES = {"high": "high_quality", "medium": "medium_quality", "draft": "low_quality"}
TakeFrame = Callable[[Pixels, int], None]


@dataclasses.dataclass
class Floor:
    """Drawing each distinct frame once, and encoding it once: CPU seconds and counts."""

    drawing: float = 0.0
    """Manim's camera: clearing the picture, the still objects once an animation, the moving ones, one copy."""
    encoding: float = 0.0
    """This package's encoder, from RGBA to the closed file."""
    distinct: int = 0
    """Frames that differ from the one before."""
    frames: int = 0
    seconds: float = 0.0
    """Of video."""


def compared(script: Path, quality: str, clips: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Likeness of each clip to the raw frames."""
    found = {name: Clip(Path(path)) for name, path in clips.items()}

    def take(pixels: Pixels, repeat: int) -> None:
        for clip in found.values():
            clip.compare(pixels, repeat)

    _play(script, quality, CairoRenderer, take)
    return {name: dataclasses.asdict(clip.end()) for name, clip in found.items()}


def floor(script: Path, quality: str) -> Floor:
    """Measure the floor of one scene."""
    size, found, last = QUALITIES[quality], Floor(), None
    with tempfile.TemporaryDirectory() as folder:
        encoder = ClipEncoder(Path(folder) / "floor.mp4", size.width, size.height, size.fps)

        def take(pixels: Pixels, repeat: int) -> None:
            nonlocal last
            found.frames += repeat
            drawn, _TimedRenderer.spent = _TimedRenderer.spent, 0.0
            if last is not None and np.array_equal(last, pixels):
                return
            last = pixels
            found.distinct += 1
            found.drawing += drawn
            start = time.process_time()
            encoder.write(pixels)
            found.encoding += time.process_time() - start

        _TimedRenderer.spent = 0.0
        _play(script, quality, _TimedRenderer, take)
        start = time.process_time()
        encoder.close()
        found.encoding += time.process_time() - start
    found.seconds = found.frames / size.fps
    return found


class _TimedRenderer(CairoRenderer):  # type: ignore[misc]  # manim is untyped here
    """Manim's renderer with a watch on what draws."""

    spent = 0.0

    def update_frame(self, *args: Any, **kwargs: Any) -> None:
        start = time.process_time()
        super().update_frame(*args, **kwargs)
        type(self).spent += time.process_time() - start

    def get_frame(self) -> Pixels:
        start = time.process_time()
        pixels: Pixels = super().get_frame()
        type(self).spent += time.process_time() - start
        return pixels


def _play(script: Path, quality: str, renderer: type[Any], take: TakeFrame) -> None:
    """Run the scene as `manim --disable_caching` would, and hand over its frames instead of encoding them."""

    class Tap(SceneFileWriter):  # type: ignore[misc]  # as above
        def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
            take(pixels, repeat)

        def begin_animation(self, allow_write: bool = False, **_: Any) -> None: ...

        def end_animation(self, allow_write: bool = False) -> None: ...

        def finish(self) -> None: ...

    quiet = {"disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    with (
        tempfile.TemporaryDirectory() as media,
        tempconfig({"quality": _NAMES[quality], "media_dir": media, "assets_dir": str(script.parents[1]), **quiet}),
    ):
        _scene_class(script)(renderer=renderer(file_writer_class=Tap)).render()


def _scene_class(script: Path) -> type[Any]:
    spec = importlib.util.spec_from_file_location("scene_of_benchmark", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    values = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Scene)]
    return next(value for value in values if value.__module__ == spec.name)


def main(request: Path, result: Path) -> None:
    """Answer one request."""
    asked = json.loads(request.read_bytes())
    script, quality = Path(asked["script"]), asked["quality"]
    answer = (
        compared(script, quality, asked["clips"]) if "clips" in asked else dataclasses.asdict(floor(script, quality))
    )
    result.write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
