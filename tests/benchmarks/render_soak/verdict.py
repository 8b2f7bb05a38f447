"""What must be true of a making, whatever befell it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from render_soak.making import STORYBOARD, Making
from visium_graph.cache import prune
from visium_graph.store import PART, Store

__all__ = ["Reference", "losses", "reference"]

_AGE_SECONDS = 2 * 3600.0


@dataclass(frozen=True)
class Reference:
    """What an undisturbed making came to."""

    report: dict[str, Any]
    picture: str
    """Hash of all decoded frames, and of the sound."""
    files: dict[str, str]
    """Subtitles, timing and clips, by their name in the run folder -> hash."""


def reference(making: Making) -> Reference:
    """Of a making that nobody disturbed."""
    return Reference(_report(making), decoded(making.run / "video.mp4"), _files(making.run))


def losses(making: Making, undisturbed: Reference) -> list[str]:
    """Everything that is wrong, each in a line."""
    found = [f"left behind: {process}" for process in making.left]
    found += [f"left in TMPDIR: {path.name}" for path in making.temporary.iterdir()]
    if making.code != 0:
        return [*found, f"exit code {making.code}: {making.errors.strip()[-300:]}"]
    found += _of_report(_report(making), undisturbed.report)
    if decoded(making.run / "video.mp4") != undisturbed.picture:
        found.append("the video is not the undisturbed one")
    files = _files(making.run)
    found += [
        f"{name} is not the undisturbed one" for name, digest in undisturbed.files.items() if files.get(name) != digest
    ]
    found += [f"unfinished: {path.relative_to(making.run)}" for path in making.run.rglob(f"{PART}*")]
    return found + _of_store(making.store)


def _of_report(report: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    order = [scene["id"] for scene in report["scenes"]]
    found = [] if order == [scene["id"] for scene in STORYBOARD["scenes"]] else [f"scenes in the order {order}"]
    for scene, usual in zip(report["scenes"], expected["scenes"], strict=False):
        found += [
            f"scene {scene['id']}: {name} is {scene[name]!r}, not {usual[name]!r}"
            for name in ("outcome", "coder", "frames", "findings")
            if scene[name] != usual[name]
        ]
    if report["duration"] != expected["duration"]:
        found.append(f"it lasts {report['duration']} s, not {expected['duration']} s")
    return found


def _of_store(root: Path) -> list[str]:
    """Entries that are not whole, and unfinished files that the sweep would leave for ever."""
    found = []
    store = Store(root)
    for kind in ("check", "render"):
        for path in (root / kind).glob("??/*.json"):
            if path.name.startswith(PART):
                continue  # of one that was killed while it wrote: no entry, and looked for below
            record = store.get_record(kind, path.stem)
            if record is None:
                found.append(f"stored {kind} {path.stem[:8]} is damaged")
            elif kind == "render" and record.data["status"] == "done":
                frames, told = _frames(record.files[".mp4"]), record.data["value"]["frames"]
                if frames != told:
                    found.append(f"stored clip {path.stem[:8]} has {frames} frames, not {told}")
    long_ago = time.time() - _AGE_SECONDS
    for path in root.rglob(f"{PART}*"):
        os.utime(path, (long_ago, long_ago))
    prune(root)
    return found + [f"unfinished in the store: {path.name}" for path in root.rglob(f"{PART}*")]


def _report(making: Making) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((making.run / "report.json").read_text())
    return report


def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def decoded(path: Path) -> str:
    """A hash of every frame and sample of a video, which is decoded from end to end."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for frame in container.decode(video=0, audio=0):
            digest.update(f"{type(frame).__name__} {frame.pts}".encode())
            digest.update(frame.to_ndarray().tobytes())
    return digest.hexdigest()


def _files(run: Path) -> dict[str, str]:
    names = [path.relative_to(run) for path in run.glob("clips/*.mp4")]
    names += [Path(name) for name in ("video.srt", "video.vtt", "timing.json", "storyboard.json")]
    return {str(name): hashlib.sha256((run / name).read_bytes()).hexdigest() for name in names}
