"""Dry runs of a file that may come from anywhere: which scenes it has, and a `check` job for each."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from visium_graph.sandbox.job import Job, Limits
from visium_graph.settings import QUALITIES, Settings
from visium_graph.timing import Timing

__all__ = ["dry_runs", "scene_names"]

_MOST_SCENES = 50
_LARGEST_ASSET = 64 * 1024 * 1024


def dry_runs(path: Path, source: str, tree: ast.Module, settings: Settings) -> list[Job]:
    """One `check` job for each scene of a file, in the file's order.

    A scene of a run folder is checked with the narration that `timing.json` has for it, any other one without. Files
    beside it (or in the run folder) that the code names go along.

    Args:
        path: of the file; only its name and its neighbours matter, its text is `source`.
        source: what to check.
        tree: the same, parsed.
        settings: limits, the formula engine, theme and store.
    """
    home = path.absolute().parent
    run = home.parent
    beats = _beats(home / "timing.json", path.stem) or _beats(run / "timing.json", path.stem)
    folder = run if home.name == "scenes" and (run / "timing.json").is_file() else home
    names = [path.stem] if beats else scene_names(tree)[:_MOST_SCENES] or [path.stem]
    frame = QUALITIES["draft"]
    limits = Limits(min(60.0, settings.job_seconds / 4), settings.job_memory_mb)
    payload: dict[str, Any] = {
        "code": source,
        "beats": beats,
        "width": frame.width,
        "height": frame.height,
        "fps": frame.fps,
        "theme": settings.theme or "dark",
        "math": settings.math,
        "assets": _assets(tree, folder, home),
    }
    unconfined = settings.allow_unsandboxed
    return [
        Job(
            "check",
            {"scene_id": _plain(name), **payload},
            settings.cache_dir,
            limits,
            folder,
            allow_unsandboxed=unconfined,
        )
        for name in names
    ]


def scene_names(tree: ast.Module) -> list[str]:
    """Classes of a module that Manim would render, by their form: they construct something, and so does a base.

    Classes that only lend their methods to another one of the file are left out.
    """
    classes = {node.name: node for node in _toplevel(tree.body) if isinstance(node, ast.ClassDef)}
    bases = {name: [_last_name(base) for base in node.bases] for name, node in classes.items()}

    def lineage(name: str) -> list[str]:
        found = [name]
        for known in found:
            found += [base for base in bases.get(known, []) if base not in found]
        return found

    def is_scene(name: str) -> bool:
        return any(base.endswith(("Scene", "Slide")) for base in lineage(name) if base not in classes)

    def constructs(name: str) -> bool:
        return any(
            isinstance(item, ast.FunctionDef) and item.name == "construct"
            for base in lineage(name)
            if base in classes
            for item in classes[base].body
        )

    return [name for name in classes if is_scene(name) and constructs(name)]


def _toplevel(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from _toplevel(getattr(node, inner, []))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _plain(name: str) -> str:
    """A scene's name as a file name: it becomes one in the child."""
    return re.sub(r"[^\w-]", "-", name)[:100] or "scene"


def _beats(file: Path, scene_id: str) -> list[dict[str, Any]]:
    try:
        timing = Timing.read(file)
    except (OSError, ValidationError, UnicodeDecodeError):  # none there, or another program's file of that name
        return []
    found = [scene for scene in timing.scenes if scene.id == scene_id]
    return [{"id": beat.id, "seconds": beat.seconds} for scene in found[:1] for beat in scene.beats]


def _assets(tree: ast.Module, folder: Path, home: Path) -> dict[str, str]:
    """Files below the folder that the code names, with their hashes: pictures, data, modules beside it."""
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    candidates = {folder / name for name in named if _may_be_path(name)}
    for node in ast.walk(tree):
        modules = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        modules += [item.name for item in node.names] if isinstance(node, ast.Import) else []
        candidates |= {home / f"{module.replace('.', '/')}.py" for module in modules}
    found: dict[str, str] = {}
    for candidate in sorted(candidates):
        inside = candidate.is_relative_to(folder) and ".." not in candidate.parts
        if inside and candidate.is_file() and candidate.stat().st_size <= _LARGEST_ASSET:
            found[candidate.relative_to(folder).as_posix()] = hashlib.sha256(candidate.read_bytes()).hexdigest()
    return found


def _may_be_path(name: str) -> bool:
    return 0 < len(name) < 200 and "." in name and not set(name) & set("\0\n\r")
