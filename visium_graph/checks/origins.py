"""Where mobjects were made and what the scene's author calls them. Imports Manim."""

from __future__ import annotations

import ast
import functools
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manim import Mobject, Paragraph, Scene
from manim.mobject.svg.svg_mobject import SVGMobject

from visium_graph.stage import RichText

__all__ = ["Names", "line_of", "noting_origins", "words_of"]

_LINE = "_visium_line"
_WORDS = "_visium_words"
_MOST_STEPS = 4000
"""Mobjects and lists that the search for a name goes through at most."""
_DEEPEST = 3


@contextmanager
def noting_origins(scene_file: Path) -> Iterator[None]:
    """While the block runs, mobjects note the line of the scene file that made them, and texts their words."""
    kinds = (Mobject, SVGMobject, RichText, Paragraph)
    usual = {kind: kind.__init__ for kind in kinds}
    for kind, make in usual.items():
        kind.__init__ = _noting(make, str(scene_file), words=kind is not Mobject)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for kind, make in usual.items():
            kind.__init__ = make  # type: ignore[method-assign]


def _noting(make: Any, scene_file: str, *, words: bool) -> Any:
    @functools.wraps(make)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if _LINE not in self.__dict__:
            self.__dict__[_LINE] = _calling_line(scene_file)
        make(self, *args, **kwargs)
        if words:
            self.__dict__[_WORDS] = " ".join(arg for arg in args if isinstance(arg, str))

    return wrapped


def _calling_line(scene_file: str) -> int:
    frame = sys._getframe(2)  # noqa: SLF001  # the documented way to walk the stack cheaply
    while frame is not None and frame.f_code.co_filename != scene_file:
        frame = frame.f_back  # type: ignore[assignment]
    return frame.f_lineno if frame is not None else 0


def line_of(mobject: Any) -> int:
    """The line of the scene file that made a mobject; 0 where nothing is known."""
    return int(next((member.__dict__[_LINE] for member in mobject.get_family() if member.__dict__.get(_LINE)), 0))


def words_of(mobject: Any) -> str:
    """The strings that a text was made of, or those of the first text in it."""
    return str(next((member.__dict__[_WORDS] for member in mobject.get_family() if member.__dict__.get(_WORDS)), ""))


class Names:
    """What the scene's code calls its mobjects: local variables of `construct`, attributes of `self`, items of groups.

    Example:
        >>> names = Names(Path("scene.py"), "title = Text('A')")
        >>> names.at_line(1)
        'title'
    """

    def __init__(self, scene_file: Path, source: str) -> None:
        self._file = str(scene_file)
        self._source = source
        self._scopes: list[dict[str, Any]] = []
        self._targets: dict[int, str] | None = None

    def note_scopes(self) -> None:
        """Remember the variables of the scene file's functions that are running now, innermost first."""
        scopes = []
        frame = sys._getframe(1)  # noqa: SLF001  # as above
        while frame is not None:
            if frame.f_code.co_filename == self._file and frame.f_code.co_name != "<module>":
                scopes.append(dict(frame.f_locals))
            frame = frame.f_back  # type: ignore[assignment]
        if scopes:
            self._scopes = scopes

    def name(self, mobject: Any) -> str | None:
        """The variable that holds a mobject, such as `title`, `self.axes` or `rows[2]`; None where nothing does."""
        wanted = {id(mobject)}
        found = self._search(wanted)
        return found if found is not None else self.at_line(line_of(mobject))

    def at_line(self, line: int) -> str | None:
        """The variable that the statement on a line assigns; None where it assigns none, or several."""
        if self._targets is None:
            self._targets = _assignments(self._source)
        return self._targets.get(line)

    def _search(self, wanted: set[int]) -> str | None:
        waiting: deque[tuple[str, Any, int]] = deque()
        for scope in self._scopes:
            for name, value in scope.items():
                if isinstance(value, Scene):
                    own = vars(value).items()
                    waiting.extend(
                        (f"{name}.{key}", inner, 0) for key, inner in own if key not in _OF_SCENES and key[:1] != "_"
                    )
                elif name != "__class__":
                    waiting.append((name, value, 0))
        steps = 0
        while waiting and steps < _MOST_STEPS:
            name, value, depth = waiting.popleft()
            steps += 1
            if id(value) in wanted:
                return name
            if depth < _DEEPEST:
                waiting.extend((f"{name}[{key}]", inner, depth + 1) for key, inner in _items(value))
        return None


_OF_SCENES = frozenset({"mobjects", "moving_mobjects", "static_mobjects", "foreground_mobjects", "animations"})
"""Lists that Manim itself keeps: no names of the author's."""


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mobject):
        return [(str(index), inner) for index, inner in enumerate(value.submobjects)]
    if isinstance(value, list | tuple):
        return [(str(index), inner) for index, inner in enumerate(value)]
    if isinstance(value, dict):
        return [(repr(key), inner) for key, inner in value.items()]
    return []


def _assignments(source: str) -> dict[int, str]:
    """Line -> target, for lines of statements that assign to one name or attribute."""
    targets: dict[int, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if isinstance(target, ast.Name | ast.Attribute):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                targets.setdefault(line, ast.unparse(target))
    return targets
