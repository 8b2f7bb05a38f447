"""What a model answers as the plan of a scene, and how that becomes a scene of the storyboard or a list of faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from visium_graph.agents.figure_room import crowded_texts
from visium_graph.agents.formulas import bare_latex, latex_fault, rich_fault
from visium_graph.agents.layout_vocabulary import SchemaOf, answer_schema
from visium_graph.agents.plain_schema import Answer
from visium_graph.agents.plot_view import parts_out_of_view
from visium_graph.agents.script_types import ScriptBeat, ScriptScene
from visium_graph.layouts import (
    CustomLayout,
    FigureLayout,
    FormulaLayout,
    Layout,
    PlotLayout,
    TemplateLayout,
    TitleLayout,
)
from visium_graph.sources.document import Block, CodeBlock, Formula, Image, Table
from visium_graph.storyboard import Beat, Scene

__all__ = ["Plan", "PlanError", "PlannedBeat", "PlannedScene", "scene_of"]

_FEWEST_BRIEF_WORDS = 25
_LAYOUT: TypeAdapter[Any] = TypeAdapter(Layout)
_TEMPLATE: TypeAdapter[Any] = TypeAdapter(TemplateLayout)
_SPOKEN_FIELDS = frozenset({"text", "note", "label", "caption", "attribution", "cells", "header"})
"""Fields of layouts that hold rich text."""


class PlannedBeat(Answer):
    """One beat of a planned scene."""

    beat_id: str
    reveal: list[str] = Field(default=[], description="ids of parts that appear, act or are emphasised at this beat")
    show: str = Field(default="", description="what the viewer sees change while this is said")


class PlannedScene(Answer):
    """The plan of one scene, matched to the script by its id and never by its place."""

    scene_id: str
    idea: str = Field(description="what the picture must make plain, in one sentence")
    carries_over: str = Field(default="", description="what stays from the scene before: shapes, colours, words")
    layout: Annotated[dict[str, Any], SchemaOf(Layout)]
    fallback: Annotated[dict[str, Any], SchemaOf(TemplateLayout)] | None = None
    beats: list[PlannedBeat]


class Plan(Answer):
    """The plans of some scenes of a video."""

    scenes: list[PlannedScene]

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The schema that is sent along."""
        # Past `Answer`, which would drop what the layouts' descriptions are found by.
        return answer_schema(super(Answer, cls).model_json_schema(*args, **kwargs))


class PlanError(ValueError):
    """A planned scene that cannot be used.

    Attributes:
        faults: what is wrong with it, each a sentence for whoever planned it.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


def scene_of(plan: PlannedScene, told: ScriptScene, material: Sequence[Block]) -> Scene:
    """The storyboard's scene that a plan makes of a scene of the script.

    What is said, the ids and the sources come from the script; only the picture comes from the plan.

    Args:
        plan: the answer.
        told: the scene of the script.
        material: what the script brings; the plan names it by its number, from 1.

    Raises:
        PlanError: the plan cannot be used.
    """
    layout = _layout(plan.layout, material, _LAYOUT, "layout")
    fallback = None
    if isinstance(layout, CustomLayout):
        if plan.fallback is None:
            raise PlanError(["a custom layout needs a fallback: the template that shows the scene if it is not drawn"])
        fallback = _layout(plan.fallback, material, _TEMPLATE, "fallback")
        layout.parts = []
        layout.brief = _brief(plan, layout.brief)
    shown = fallback or layout
    faults = [*_faults_of_beats(plan, told, shown), *_faults_of_texts(layout), *_faults_of_texts(fallback)]
    faults += crowded_texts(shown) if isinstance(shown, FigureLayout) else []
    faults += parts_out_of_view(shown) if isinstance(shown, PlotLayout) else []
    if isinstance(layout, CustomLayout) and len(layout.brief.split()) < _FEWEST_BRIEF_WORDS:
        faults.append("layout.brief does not say what to draw: exact objects, places, words, what moves at which beat")
    if faults:
        raise PlanError(faults)
    return Scene(id=told.id, title=told.title, beats=list(_beats(plan, told)), layout=layout, fallback=fallback)


def _brief(plan: PlannedScene, brief: str) -> str:
    lines = [f"Idea: {plan.idea.strip()}", brief.strip()]
    if plan.carries_over.strip():
        lines.append(f"From the scene before: {plan.carries_over.strip()}")
    return "\n".join(lines) if brief.strip() else ""


def _beats(plan: PlannedScene, told: ScriptScene) -> Iterator[Beat]:
    planned = {beat.beat_id: beat for beat in plan.beats}
    for number, beat in enumerate(told.beats):
        mine = planned[beat.id]
        show = mine.show.strip() or beat.show
        # The brief of a custom scene says it already.
        if number == 0 and plan.carries_over.strip() and plan.layout.get("kind") != "custom":
            show = f"{show} (From the scene before: {plan.carries_over.strip()})".strip()
        yield Beat(id=beat.id, say=beat.say, show=show, reveal=mine.reveal, sources=beat.sources)


def _faults_of_beats(plan: PlannedScene, told: ScriptScene, shown: Any) -> Iterator[str]:
    parts = {part.id for part in shown.parts}
    planned = {beat.beat_id: beat for beat in plan.beats}
    where = "fallback" if plan.layout.get("kind") == "custom" else "layout"
    for name in planned.keys() - {beat.id for beat in told.beats}:
        yield f"the scene has no beat {name!r} (its beats: {', '.join(beat.id for beat in told.beats)})"
    for beat in told.beats:
        mine = planned.get(beat.id)
        if mine is None:
            yield f"beat {beat.id!r} is missing"
            continue
        unknown = [name for name in mine.reveal if name not in parts]
        if unknown:
            yield (
                f"beat {beat.id!r} reveals {', '.join(map(repr, unknown))}, no parts of the {where} "
                f"(parts: {', '.join(sorted(parts)) or 'none'})"
            )
        elif not mine.reveal and not _may_stand_still(shown, told.beats, beat):
            yield f"beat {beat.id!r} changes nothing: let it reveal a part, or emphasise one by naming it again"


def _may_stand_still(shown: Any, beats: Sequence[ScriptBeat], beat: ScriptBeat) -> bool:
    """The first beat of a title card brings the title itself."""
    return isinstance(shown, TitleLayout) and beat is beats[0]


def _faults_of_texts(layout: Any) -> Iterator[str]:
    """Formulas that cannot be typeset, in the layout's own fields and in its parts."""
    if layout is None:
        return
    for name, text in _texts(layout.model_dump(exclude={"parts"})):
        if fault := rich_fault(text):
            yield f"{name}: {fault}"
    for part in layout.parts:
        data = part.model_dump()
        latex = data.get("latex") if isinstance(layout, FormulaLayout) else None
        if latex and (fault := latex_fault(latex)):
            yield f"part {part.id!r}: formula {latex}: {fault}"
        for name, text in _texts(data):
            if fault := rich_fault(text):
                yield f"part {part.id!r}, {name}: {fault}"


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, dict):  # the axes of a plot
            yield from _texts(value)
        elif name in _SPOKEN_FIELDS:
            yield from ((name, item) for item in (value if isinstance(value, list) else [value]))


# ------------------------------------------------------------------ layouts


def _layout(raw: Mapping[str, Any], material: Sequence[Block], adapter: TypeAdapter[Any], where: str) -> Any:
    """The validated layout, with the script's material in the place of its numbers.

    Raises:
        PlanError: it breaks a rule of its kind.
    """
    try:
        data = _filled(_without_nulls(raw), material)
        return adapter.validate_python(data)
    except ValidationError as error:
        raise PlanError([_told(where, fault) for fault in error.errors(include_url=False)[:5]]) from None


def _told(where: str, fault: Any) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault["loc"][1:])
    return f"{where}{steps}: {fault['msg'].removeprefix('Value error, ')}"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _filled(layout: dict[str, Any], material: Sequence[Block]) -> dict[str, Any]:
    """The layout's data as its model wants it.

    Raises:
        PlanError: a number names nothing, or something of another kind.
    """
    fill = _FILLERS.get(str(layout.get("kind", "")))
    parts = layout.get("parts")
    parts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    if fill is not None:
        fill(layout, parts, material)
    return layout


def _fill_formula(layout: dict[str, Any], parts: Sequence[dict[str, Any]], material: Sequence[Block]) -> None:
    for part in parts:
        if block := _taken(part, Formula, material):
            part["latex"] = block.latex
        part["latex"] = bare_latex(str(part.get("latex", "")))
    colors = layout.get("colors")
    if isinstance(colors, list):
        pairs = [pair for pair in colors if isinstance(pair, dict) and pair.get("symbol")]
        layout["colors"] = {bare_latex(str(pair["symbol"])): pair.get("role") for pair in pairs}


def _fill_code(layout: dict[str, Any], _: Sequence[dict[str, Any]], material: Sequence[Block]) -> None:
    if block := _taken(layout, CodeBlock, material):
        layout |= {"source": block.source, "language": block.language}


def _fill_table(layout: dict[str, Any], parts: Sequence[dict[str, Any]], material: Sequence[Block]) -> None:
    block = _taken(layout, Table, material)
    if block:
        layout["header"] = block.header
    for part in parts:
        _fill_row(part, block)


def _fill_image(_: dict[str, Any], parts: Sequence[dict[str, Any]], material: Sequence[Block]) -> None:
    known = {block.path for block in material if isinstance(block, Image)}
    for part in parts:
        if block := _taken(part, Image, material):
            part |= {"path": block.path, "alt": part.get("alt") or block.alt}
        elif str(part.get("path")) not in known:
            raise PlanError([f"part {part.get('id')!r} is no picture of the script's material"])


_FILLERS = {"formula": _fill_formula, "code": _fill_code, "table": _fill_table, "image": _fill_image}


def _fill_row(part: dict[str, Any], table: Table | None) -> None:
    number = _number(part, "row")
    if table is None or part.get("cells") or not number:
        return
    if not 1 <= number <= len(table.rows):
        raise PlanError([f"row {number} of part {part.get('id')!r}: the table has {len(table.rows)} rows"])
    part["cells"] = table.rows[number - 1]


def _taken(holder: dict[str, Any], kind: type[Any], material: Sequence[Block]) -> Any:
    """The block that a `material` number names, which is removed from its holder; None where there is no number."""
    number = _number(holder, "material")
    if not number:
        return None
    if not 1 <= number <= len(material):
        raise PlanError([f"material {number} does not exist (the script brings {len(material) or 'none'})"])
    block = material[number - 1]
    if not isinstance(block, kind):
        raise PlanError([f"material {number} is a {block.kind}, which this layout cannot hold"])
    return block


def _number(holder: dict[str, Any], name: str) -> int:
    """A number that is removed from its holder; 0 where there is none."""
    number = holder.pop(name, 0)
    if isinstance(number, str) and number.isdecimal():
        return int(number)
    if not isinstance(number, int):
        raise PlanError([f"{name} {number!r} is no number"])
    return number
