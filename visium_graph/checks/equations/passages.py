"""Every place of a storyboard or a script where a formula can stand, with the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from visium_graph.checks.equations.check import Passage
from visium_graph.checks.equations.tokens import NotUnderstood, clauses_of, latex_of
from visium_graph.layouts import FormulaLayout, FormulaStep, Layout, PlotLayout, TableLayout, TableRow
from visium_graph.layouts.parts import Part
from visium_graph.storyboard import Scene, Storyboard

__all__ = ["SpokenBeat", "SpokenScene", "SpokenScript", "script_passages", "storyboard_passages"]

_RICH_FIELDS = ("text", "note", "label", "caption", "attribution")
"""Names of the fields of layouts and parts that hold rich text, beside the cells of tables and the labels of axes."""
_RELATION_FIRST = re.compile(r"\s*&?\s*(?:=|<|>|\\(?:approx|leq?|geq?|neq?|lt|gt)(?![A-Za-z]))")


class SpokenBeat(Protocol):
    """A beat of a script."""

    @property
    def id(self) -> str:
        """Names the beat."""

    @property
    def say(self) -> str:
        """Its narration as rich text."""

    @property
    def material(self) -> Sequence[int]:
        """Indexes of what appears at it."""


class SpokenScene(Protocol):
    """A scene of a script."""

    @property
    def id(self) -> str:
        """Names the scene."""

    @property
    def title(self) -> str:
        """What it is called, as rich text."""

    @property
    def beats(self) -> Sequence[SpokenBeat]:
        """What is said, in order."""

    @property
    def material(self) -> Sequence[Any]:
        """Blocks that it shows; those with `latex` are formulas."""


class SpokenScript(Protocol):
    """A script, before anybody has thought of pictures."""

    @property
    def title(self) -> str:
        """What the video is called."""

    @property
    def language(self) -> str:
        """A tag such as `en`."""

    @property
    def scenes(self) -> Sequence[SpokenScene]:
        """The chapters in order."""


def storyboard_passages(board: Storyboard) -> Iterator[Passage]:
    """The texts of a storyboard in reading order: of each scene the title, the narration, the layout, the fallback."""
    before = ""
    for scene in board.scenes:
        here = _words_of(scene)
        words = f"{board.title} {before} {here}"
        before = here
        place = f"scene {scene.id!r}"
        yield Passage(f"{place}, title", scene.title, scene=words)
        yield from _narration(place, scene.title, [(beat.id, beat.say) for beat in scene.beats], words)
        yield from _layout_passages(place, scene, scene.layout, words)
        if scene.fallback is not None:
            yield from _layout_passages(f"{place}, fallback", scene, scene.fallback, words)


def script_passages(script: SpokenScript) -> Iterator[Passage]:
    """The texts of a script in order: of each scene the title, the narration, and the formulas that it shows."""
    before = ""
    for scene in script.scenes:
        formulas = [(index, block.latex) for index, block in enumerate(scene.material) if hasattr(block, "latex")]
        here = " ".join((scene.title, *(beat.say for beat in scene.beats), *(f"${latex}$" for _, latex in formulas)))
        words = f"{script.title} {before} {here}"
        before = here
        place = f"scene {scene.id!r}"
        yield Passage(f"{place}, title", scene.title, scene=words)
        yield from _narration(place, scene.title, [(beat.id, beat.say) for beat in scene.beats], words)
        for index, latex in formulas:
            said = [number for number, beat in enumerate(scene.beats) if index in beat.material]
            around = _around(scene.title, [beat.say for beat in scene.beats], said)
            yield Passage(
                f"{place}, material {index}", latex, display=True, derived=len(formulas) > 1, around=around, scene=words
            )


def _narration(place: str, title: str, beats: Sequence[tuple[str, str]], words: str) -> Iterator[Passage]:
    for number, (beat_id, say) in enumerate(beats):
        following = beats[number + 1][1] if number + 1 < len(beats) else ""
        around = f"{title} {following}"
        yield Passage(f"{place}, beat {beat_id!r}", say, around=around, scene=words)


def _layout_passages(place: str, scene: Scene, layout: Layout, words: str) -> Iterator[Passage]:
    says = [beat.say for beat in scene.beats]
    schedule = scene.schedule(layout)
    for name, text in _rich_texts(layout):
        yield Passage(f"{place}, {name}", text, around=f"{scene.title} {says[0]}", scene=words)
    steps = _joined_steps(layout) if isinstance(layout, FormulaLayout) else {}
    for part in layout.parts:
        if getattr(part, "role", None) == "bad":
            continue  # the colour of what is wrong
        shown = [number for number, parts in enumerate(schedule) if part.id in parts]
        around = _around(scene.title, says, shown)
        where = f"{place}, part {part.id!r}"
        texts = _rich_texts(part)
        if part.id in steps:
            note, identity = getattr(part, "note", ""), bool(getattr(part, "identity", False))
            yield Passage(
                where, steps[part.id], display=True, identity=identity, derived=len(steps) > 1, note=note,
                around=around, scene=words, written=getattr(part, "latex", ""),
            )  # fmt: skip
        row = " ".join(_cells(layout, part))
        for _, text in texts:
            yield Passage(where, text, note=row, around=around, scene=words)


def _cells(layout: Layout, part: Part) -> Sequence[str]:
    """The row of a table and its header: a cell may say that the formula in another is wrong.

    A header may well be a question ("Right angle?"), to which the cells are answers.
    """
    if isinstance(layout, TableLayout) and isinstance(part, TableRow):
        return [*(name.replace("?", "") for name in layout.header), *part.cells]
    return []


def _around(title: str, says: Sequence[str], shown: Sequence[int]) -> str:
    """The title and what is said while something is shown: from the beat of its first showing to the one after."""
    near = sorted({number for first in shown for number in (first, first + 1) if number < len(says)})
    return " ".join((title, *(says[number] for number in near)))


def _joined_steps(layout: FormulaLayout) -> dict[str, str]:
    """LaTeX of each line by its id; one that begins with a relation goes on with the line before."""
    steps: dict[str, str] = {}
    last = ""
    for part in layout.parts:
        latex = f"{last} {part.latex}" if _RELATION_FIRST.match(part.latex) else part.latex
        steps[part.id] = latex
        try:
            last = latex_of(clauses_of(latex)[-1].sides[-1])
        except (NotUnderstood, IndexError):
            last = ""
    return steps


def _rich_texts(model: Layout | Part) -> Iterator[tuple[str, str]]:
    """Name and content of the fields of a layout or a part that hold rich text with a formula in it."""
    for name in _RICH_FIELDS:
        text = getattr(model, name, "")
        if isinstance(text, str) and "$" in text:
            yield name, text
    rows = {"header": getattr(model, "header", ()), "cells": getattr(model, "cells", ())}
    if isinstance(model, PlotLayout):
        rows |= {"x": (model.x.label,), "y": (model.y.label,)}
    for name, texts in rows.items():
        yield from ((name, text) for text in texts if "$" in text)


def _words_of(scene: Scene) -> str:
    """All that is said and written in a scene."""
    texts = [scene.title, *(beat.say for beat in scene.beats)]
    layouts: list[Layout] = [scene.layout, *([] if scene.fallback is None else [scene.fallback])]
    for layout in layouts:
        for model in (layout, *layout.parts):
            texts += [value for name in _RICH_FIELDS if isinstance(value := getattr(model, name, ""), str)]
            texts += [*getattr(model, "header", ()), *getattr(model, "cells", ())]
            texts += [f"${model.latex}$"] if isinstance(model, FormulaStep) else []
    return " ".join(texts)
