"""The storyboard: the JSON that every station of the pipeline reads or writes.

A storyboard is an ordered list of scenes. A scene is an ordered list of beats (one beat is what is said while one
thing changes on screen) and a layout whose parts have ids. A beat *reveals* parts by id.

Example:
    >>> board = Storyboard.model_validate({"title": "Hello", "scenes": [{"id": "one", "title": "Hello",
    ...     "beats": [{"id": "a", "say": "Hello there."}],
    ...     "layout": {"kind": "bullets", "parts": [{"id": "x", "text": "A first point"}]}}]})
    >>> board.scenes[0].schedule()
    [['x']]
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from visium_graph.errors import InputError
from visium_graph.layouts import CustomLayout, Layout, TemplateLayout

__all__ = ["Beat", "Scene", "Storyboard", "load_storyboard", "storyboard_schema"]

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Ids become file names: letters, digits, `-` and `_`, at most 64 characters."""

Narration = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Beat(_Model):
    """What is said while one thing changes on screen."""

    id: Identifier
    say: Narration
    """The narration in its written form; `$...$` holds LaTeX. Subtitles show this, the voice speaks its words."""
    show: str = ""
    """What the viewer should see, in words: the director's note to the coder."""
    reveal: list[str] = []
    """Ids of layout parts that appear at this beat. A part revealed a second time is emphasised."""
    speaker: str | None = None
    sources: list[str] = []
    """The sentences of the source document that this beat rests on."""


class Scene(_Model):
    """One chapter of the video."""

    id: Identifier
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    beats: Annotated[list[Beat], Field(min_length=1)]
    layout: Layout
    fallback: TemplateLayout | None = None
    """The template that takes over when a `custom` scene cannot be coded."""
    code: str | None = None
    """Manim code of the scene. With it, no model is asked."""

    @model_validator(mode="after")
    def _ids_agree(self) -> Scene:
        _unique([beat.id for beat in self.beats], "beat id")
        known = {part.id for part in self.layout.parts}
        if self.fallback is not None:
            known |= {part.id for part in self.fallback.parts}
        if not isinstance(self.layout, CustomLayout) or known:
            for number, beat in enumerate(self.beats):
                for part in beat.reveal:
                    if part not in known:
                        names = ", ".join(sorted(known)) or "none"
                        raise ValueError(
                            f"beats[{number}].reveal names {part!r}, which is no part of the layout (parts: {names})"
                        )
        return self

    @property
    def template(self) -> TemplateLayout | None:
        """The template layout that shows this scene without any code: its layout, or its fallback."""
        return self.fallback if isinstance(self.layout, CustomLayout) else self.layout

    def schedule(self, layout: Layout | None = None) -> list[list[str]]:
        """Part ids to reveal, beat by beat (one list a beat), so that every part appears.

        Parts that no beat names appear with the first beat; those that come in together with the part before them
        appear with it. Where no beat names any part they are dealt out evenly in order.
        """
        shown = (layout or self.layout).parts
        parts = [part.id for part in shown]
        asked = [[part for part in beat.reveal if part in parts] for beat in self.beats]
        if not any(asked):
            count = len(self.beats)
            return [parts[len(parts) * i // count : len(parts) * (i + 1) // count] for i in range(count)]
        named = {part for beat in asked for part in beat}
        for before, part in pairwise(shown):
            if part.id not in named and before.id in named and getattr(part, "together", False):
                named.add(part.id)
                beat = next(beat for beat in asked if before.id in beat)
                beat.insert(beat.index(before.id) + 1, part.id)
        return [[part for part in parts if part not in named] + asked[0], *asked[1:]]


class Storyboard(_Model):
    """The plan of a video: a title and its scenes in order."""

    version: Literal[1] = 1
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    language: str = "en"
    theme: Literal["dark", "light"] = "dark"
    scenes: Annotated[list[Scene], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_agree(self) -> Storyboard:
        # Ids name files, and some file systems fold case.
        _unique([scene.id.lower() for scene in self.scenes], "scene id")
        return self

    def scene(self, scene_id: str) -> Scene:
        """The scene with this id; raises KeyError where there is none."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return scene
        raise KeyError(scene_id)

    def dumps(self) -> str:
        """The storyboard as indented JSON, defaults left out, ready to be edited by a person."""
        data = {"version": self.version} | self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def load_storyboard(path: Path) -> Storyboard:
    """Read and validate a storyboard file. Every failure is an InputError that names the file and the JSON path."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file (expected a storyboard in UTF-8 JSON)") from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}:{error.colno}: not valid JSON ({error.msg})") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply for a storyboard") from None
    return parse_storyboard(data, str(path))


def parse_storyboard(data: Any, origin: str = "storyboard") -> Storyboard:
    """Validate parsed JSON. Raises InputError that names the JSON path of the first fault."""
    try:
        return Storyboard.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        first = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InputError(f"{origin}: {_json_path(first['loc'], data)}: {_plain(first['msg'])}{more}") from None


def storyboard_schema() -> dict[str, Any]:
    """The published JSON schema of a storyboard."""
    return Storyboard.model_json_schema()


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _json_path(location: tuple[int | str, ...], data: Any) -> str:
    """`("scenes", 2, "layout", "bullets", "parts")` -> `scenes[2].layout.parts`: union tags are no JSON keys."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
            data = data[step] if isinstance(data, list) and step < len(data) else None
        elif isinstance(data, dict) and step not in data and data.get("kind") == step:
            continue  # pydantic names the chosen member of a union; the file has no such key
        else:
            path += f".{step}" if path else step
            data = data.get(step) if isinstance(data, dict) else None
    return path or "(top level)"


def _unique(names: list[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name!r} is used twice")
        seen.add(name)
