"""What did the user give? A topic, a document or a storyboard."""

from __future__ import annotations

import shutil
from pathlib import Path

from visium_graph.errors import InputError
from visium_graph.layouts import ImageLayout
from visium_graph.run import Run
from visium_graph.sources.document import Document
from visium_graph.sources.lessons import Lesson, find_lesson, lesson_names, load_lesson
from visium_graph.sources.read import read_document
from visium_graph.storyboard import Storyboard, load_storyboard

__all__ = ["identify_source", "resolve_source"]


def resolve_source(source: str, run: Run) -> tuple[Document | Storyboard, str]:
    """Read the source; pictures it needs are copied to the run's assets.

    Args:
        source: a path of a document or storyboard, or a topic.
        run: the run folder.

    Returns:
        The document or storyboard, and one line that says what was found.

    Raises:
        InputError: a file that cannot be used, or a topic that nothing here can turn into a video.
    """
    found = identify_source(source)
    if isinstance(found, Path):
        if found.suffix.lower() == ".json":
            storyboard = load_storyboard(found)
            _copy_images(storyboard, found.resolve().parent, run)
            return storyboard, f"storyboard {source}"
        return read_document(found, run.assets), f"document {source}"
    lesson, score = found
    note = "" if score >= 100 else f" ({score:.0f} % match)"
    return load_lesson(lesson.name), f"built-in lesson {lesson.name!r}: {lesson.title}{note}"


def identify_source(source: str) -> Path | tuple[Lesson, float]:
    """A file that is there, or the lesson that a topic names, with how well it fits (0 to 100); reads nothing.

    Raises:
        InputError: no such file, or a topic that nothing here can turn into a video.
    """
    path = Path(source).expanduser()
    if not source.strip():
        raise InputError("no source: give a topic, a document or a storyboard JSON")
    if _is_there(path):
        return path
    if _looks_like_a_path(source):
        raise InputError(f"{source}: no such file")
    found = find_lesson(source)
    if found is None:
        raise InputError(
            f"nothing here can make a video of the topic {source!r}. Three ways on: pick a built-in lesson "
            f"({', '.join(lesson_names())}); give a document (visium make article.md); or set a model's key "
            "(GOOGLE_API_KEY) in a release that has models, which this one does not"
        )
    return found


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a topic can be too long for a file name, or hold a null byte
        return False


def _looks_like_a_path(source: str) -> bool:
    suffix = Path(source).suffix
    return (
        "/" in source.strip("/") or source.startswith(("/", "~", "./")) or (1 < len(suffix) <= 6 and " " not in suffix)
    )


def _copy_images(storyboard: Storyboard, folder: Path, run: Run) -> None:
    for number, scene in enumerate(storyboard.scenes):
        for layout in (scene.layout, scene.fallback):
            for part in layout.parts if isinstance(layout, ImageLayout) else []:
                source, target = folder / part.path, run.folder / part.path
                if not source.is_file():
                    raise InputError(f"scenes[{number}].layout.parts: {part.id!r} shows {source}, which is no file")
                if source.resolve() != target.resolve():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, target)
