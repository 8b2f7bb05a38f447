"""What did the user give? A topic, a document or a storyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from visium_graph.errors import InputError
from visium_graph.layouts import ImageLayout
from visium_graph.run import Run
from visium_graph.sources.document import Block, Document, Heading
from visium_graph.sources.lessons import Lesson, find_lesson, lesson_names, load_lesson
from visium_graph.sources.read import read_document
from visium_graph.storyboard import Storyboard, load_storyboard

__all__ = ["Topic", "identify_source", "resolve_source"]


@dataclass(frozen=True)
class Topic:
    """What a video is to be about, in the user's words."""

    text: str
    lesson: Lesson | None
    """The built-in lesson that it names."""
    score: float
    """How well it names it, 0 to 100."""

    @property
    def found(self) -> str:
        """One line that says which lesson it is."""
        assert self.lesson is not None
        note = "" if self.score >= 100 else f" ({self.score:.0f} % match)"
        return f"built-in lesson {self.lesson.name!r}: {self.lesson.title}{note}"


def resolve_source(
    source: str, run: Run, *, documents: Sequence[str] = (), models: bool = False
) -> tuple[Document | Storyboard | Topic, str]:
    """Read the source; pictures it needs are copied to the run's assets.

    Args:
        source: a path of a document or storyboard, or a topic.
        run: the run folder.
        documents: paths of what a video on the topic must rest on.
        models: whether there are models, which can write about any topic.

    Returns:
        The document or storyboard, and one line that says what was found. Of a topic the lesson's storyboard; where there
        are models, the topic itself.

    Raises:
        InputError: a file that cannot be used, or a topic that nothing here can turn into a video.
    """
    found = identify_source(source, documents=documents, models=models)
    if isinstance(found, Path):
        if found.suffix.lower() == ".json":
            storyboard = load_storyboard(found)
            _copy_images(storyboard, found.resolve().parent, run)
            return storyboard, f"storyboard {source}"
        return read_document(found, run.assets), f"document {source}"
    if documents:
        return _joined(found.text, [read_document(Path(path).expanduser(), run.assets) for path in documents]), (
            f"topic {found.text}, resting on {', '.join(documents)}"
        )
    if models or found.lesson is None:
        return found, f"topic {found.text}"
    return load_lesson(found.lesson.name), found.found


def identify_source(source: str, *, documents: Sequence[str] = (), models: bool = False) -> Path | Topic:
    """A file that is there, or a topic; reads nothing. Arguments as for `resolve_source`.

    Raises:
        InputError: no such file, or a topic that nothing here can turn into a video.
    """
    path = Path(source).expanduser()
    if not source.strip():
        raise InputError("no source: give a topic, a document or a storyboard JSON")
    if _is_there(path):
        if documents:
            raise InputError(f"{source} is a file; --document goes with a topic, in words")
        return path
    for document in documents:
        if not _is_there(Path(document).expanduser()):
            raise InputError(f"{document}: no such file")
    if _looks_like_a_path(source):
        raise InputError(f"{source}: no such file")
    lesson, score = find_lesson(source) or (None, 0.0)
    if lesson is None and not models and not documents:
        raise InputError(
            f"nothing here can make a video of the topic {source!r}. Three ways on: pick a built-in lesson "
            f"({', '.join(lesson_names())}); give a document (visium make article.md); or set GOOGLE_API_KEY to have a "
            "model write it (--set model=... for other providers)"
        )
    return Topic(source.strip(), lesson, score)


def _joined(topic: str, documents: Sequence[Document]) -> Document:
    """One document of several, each under a heading with its title."""
    blocks: list[Block] = []
    for document in documents:
        blocks += [Heading(level=1, text=document.title), *document.blocks]
    return Document(
        title=topic,
        origin=", ".join(document.origin for document in documents),
        language=documents[0].language,
        blocks=blocks,
        notes=[note for document in documents for note in document.notes],
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a topic can be too long for a file name, or hold a null byte
        return False


def _looks_like_a_path(source: str) -> bool:
    named_like_a_file = re.search(r"\.[A-Za-z][A-Za-z0-9]{0,4}$", source) is not None
    return (
        source.startswith(("/", "~", "./", "../")) or ("/" in source and " " not in source.strip()) or named_like_a_file
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
