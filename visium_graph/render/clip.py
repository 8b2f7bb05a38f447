"""The `render` task: one scene to a silent clip and a still of each beat's end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from visium_graph.render.encoder import ClipEncoder
from visium_graph.render.renderer import renderer_into
from visium_graph.render.writer import ClipWriter, save_still
from visium_graph.sandbox.scene_code import beat_spans, running

__all__ = ["render"]

_CLIP = "clip.mp4"


def render(payload: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Render the scene in `scratch`; called in the job's child process.

    A scene that speaks none of its beats has them play in order from its start; a scene that leaves some out has
    those follow its end. Its last frame is held while they last.

    Returns:
        `{"frames", "fps", "beats": [[start, end], ...], "files"}`: frames counted from the scene's start, `end` one
        past the last; a clip `.mp4` and stills `-<beat>.png`.

    Raises:
        Exception: whatever the scene's code raises.
    """
    fps = payload["fps"]
    encoder = ClipEncoder(scratch / _CLIP, payload["width"], payload["height"], fps)
    planned = frozenset(end for _, end in beat_spans(payload))
    with running(payload, scratch, renderer_into(encoder, planned)) as scene_type:
        scene = scene_type()
        scene.render()
        writer: ClipWriter = scene.renderer.file_writer
        if writer.last is None:  # every animation was skipped
            writer.write_frame(scene.renderer.get_frame())
        spans = beat_spans(payload, getattr(scene, "marks", ()), encoder.frames)
        end = max((end for _, end in spans), default=fps)
        stills = [writer.still(end) for _, end in spans]
    encoder.hold(max(0, end - encoder.frames))
    encoder.close()
    files = {".mp4": _CLIP}
    for index, pixels in enumerate(stills):
        files[f"-{index}.png"] = f"still-{index}.png"
        save_still(pixels, scratch / f"still-{index}.png")
    return {"frames": encoder.frames, "fps": fps, "beats": [list(span) for span in spans], "files": files}
