"""Whether what a run folder should hold is there already, so that none of it is made again.

The report remembers of what the video was made and what came out, by hash. Loads nothing heavy: an unchanged video is
recognised before the graph, the voices or the encoders are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from visium_graph.provenance import fonts, machine, requirements, source_hash, tex, text_libraries, versions
from visium_graph.run import Run
from visium_graph.settings import Settings
from visium_graph.store import content_hash

__all__ = ["files_of", "inputs_of", "is_finished", "unchanged"]

_PICTURE = ("quality", "voice", "tts_model", "tts_voice", "math", "theme")
"""Settings that decide what the video shows and says; limits only decide whether a scene falls back."""


def inputs_of(run: Run, settings: Settings) -> str:
    """A hash of all that a run's video is made of: plan, scene files, assets, settings, this package and its libraries."""
    chosen = settings.model_dump(mode="json")
    plan = [run.storyboard, *sorted(run.folder.glob("scenes/*.py")), *sorted(run.assets.rglob("*"))]
    return content_hash(
        _hashes(run, plan),
        {name: chosen[name] for name in _PICTURE},
        source_hash("."),
        versions("visium-graph", *requirements("visium-graph"), *requirements("manim")),
        [machine(), text_libraries(), fonts(), tex() if settings.math == "latex" else None],
    )


def files_of(run: Run) -> dict[str, str]:
    """SHA-256 of everything that makes up the finished video, by its path in the run folder."""
    made = [run.video, run.subtitles(".srt"), run.subtitles(".vtt"), run.contact, run.timing]
    return _hashes(run, [*made, *run.folder.glob("clips/*.mp4"), *run.folder.glob("narration/*.wav")])


def is_finished(run: Run, settings: Settings) -> bool:
    """Whether the folder holds the video that would be made of it now, every scene as planned."""
    report = _report(run)
    made = report.get("made") or {}
    return (
        report.get("voice") == settings.voice
        and all(scene["outcome"] in {"coded", "template"} for scene in report.get("scenes", []))
        and bool(made.get("files"))
        and made.get("inputs") == inputs_of(run, settings)
        and made["files"] == files_of(run)
    )


def unchanged(run: Run, assembly: str, names: Iterable[str]) -> bool:
    """Whether these files of the folder are the ones that this assembly, a hash of clips and sounds, has made before."""
    made = _report(run).get("made") or {}
    known = made.get("files") or {}
    wanted = list(names)
    return (
        made.get("assembly") == assembly
        and all(name in known for name in wanted)
        and _hashes(run, [run.folder / name for name in wanted]) == {name: known[name] for name in wanted}
    )


def _report(run: Run) -> dict[str, Any]:
    try:
        report = json.loads(run.report.read_bytes())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _hashes(run: Run, paths: Iterable[Path]) -> dict[str, str]:
    found = {}
    for path in paths:
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(run.folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
