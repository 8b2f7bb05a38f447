"""The coder's understudy: compiles template layouts to Manim code, with ever plainer drafts below.

`drafts` is the ladder a scene can go down: code that was given, its template, the template with every formula shown
as its source (where a formula cannot be drawn), and last a plain title slide, which always works.
"""

from __future__ import annotations

import pprint
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from visium_graph.layouts import CodeLayout, CodeSpan, CustomLayout, FormulaLayout, TemplateLayout, TitleLayout
from visium_graph.storyboard import Scene, Storyboard

__all__ = ["Draft", "Outcome", "class_name", "drafts", "previous_title", "template_code"]

Outcome = Literal["coded", "template", "fallback", "title"]
"""What a scene came to: coded as asked, its template as planned, its template instead of code, or a title slide."""

Author = Literal["hand", "storyboard", "model", "template", "plain-template", "title"]
"""Who wrote a draft: a person, whoever gave the storyboard, the coder's model, or its understudy in one of three ways."""


@dataclass(frozen=True)
class Draft:
    """One try at a scene."""

    code: str
    outcome: Outcome
    coder: Author


def drafts(scene: Scene, storyboard: Storyboard, theme: str, by_hand: str | None = None) -> list[Draft]:
    """Every draft this scene can have without a model, best first; the last one draws nothing but the title.

    Args:
        scene: the scene to code.
        storyboard: the plan it belongs to (for the title that stands before it).
        theme: `dark` or `light`.
        by_hand: text of the scene's file where a person edited it.
    """
    after = previous_title(storyboard, scene)
    ladder: list[Draft] = []
    if by_hand is not None:
        ladder.append(Draft(by_hand, "coded", "hand"))
    if scene.code is not None:
        ladder.append(Draft(scene.code, "coded", "storyboard"))
    template = scene.template
    if template is not None:
        outcome: Outcome = "fallback" if ladder or template is not scene.layout else "template"
        ladder.append(Draft(template_code(scene, template, theme, after), outcome, "template"))
        plain = _formulas_as_source(template)
        if plain != template:
            ladder.append(Draft(template_code(scene, plain, theme, after), "fallback", "plain-template"))
    ladder.append(Draft(template_code(scene, TitleLayout(kind="title"), theme, None), "title", "title"))
    return ladder


def template_code(scene: Scene, layout: TemplateLayout, theme: str = "dark", after: str | None = None) -> str:
    """Manim code of a scene that shows a template layout, one `beat` block a beat.

    Args:
        scene: its beats and title.
        layout: what to show.
        theme: `dark` or `light`.
        after: title of the scene before, which this one continues from.
    """
    arguments = [repr(layout.kind), f"title={scene.title!r}"]
    if after is not None:
        arguments.append(f"after={after!r}")
    fields = layout.model_dump(mode="json", exclude_defaults=True)
    fields.pop("kind")
    arguments += [f"{name}={_literal(value)}" for name, value in fields.items()]
    lines = [
        "from manim import *",
        "",
        "from visium_graph.stage import Slide",
        "",
        "",
        f"class {class_name(scene.id)}(Slide):",
        *([f"    theme = {theme!r}"] if theme != "dark" else []),
        f"    narration = {_indented(_literal(tuple(beat.say for beat in scene.beats)), 4)}",
        "",
        "    def construct(self):",
        "        view = self.layout(",
        *(f"            {_indented(argument, 12)}," for argument in arguments),
        "        )",
    ]
    for number, parts in enumerate(scene.schedule(layout)):
        lines += [
            f"        with self.beat({number}):",
            f"            view.reveal({', '.join(map(repr, parts))})",
        ]
    lines += ["        self.leave()", ""]
    return "\n".join(lines)


def class_name(scene_id: str) -> str:
    """A class name for a scene id: `why-it-works` -> `SceneWhyItWorks`."""
    return "Scene" + "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", scene_id))


def previous_title(storyboard: Storyboard, scene: Scene) -> str | None:
    """The title that stands on the frame when this scene begins, or None after a title card or foreign code."""
    index = next(number for number, other in enumerate(storyboard.scenes) if other.id == scene.id)
    if index == 0:
        return None
    before = storyboard.scenes[index - 1]
    # A custom scene leaves an empty frame, also where its template has to stand in: who draws it is not known yet.
    shows_title = before.code is None and not isinstance(before.layout, CustomLayout) and before.layout.kind != "title"
    return before.title if shows_title else None


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False)


def _indented(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


def _formulas_as_source(layout: TemplateLayout) -> TemplateLayout:
    """The same layout with LaTeX shown as it was written: what remains when a formula cannot be drawn."""
    if isinstance(layout, FormulaLayout):
        parts: list[CodeSpan] = []
        lines: list[str] = []
        for step in layout.parts:
            first = len(lines) + 1
            lines += step.latex.strip().split("\n")
            parts.append(CodeSpan(id=step.id, lines=(first, len(lines)), note=_without_dollars(step.note)))
        return CodeLayout(kind="code", language="latex", source="\n".join(lines), parts=parts)
    if isinstance(layout, CodeLayout):
        return layout
    return type(layout).model_validate(_map_strings(layout.model_dump(), _without_dollars))


def _without_dollars(text: str) -> str:
    return re.sub(r"(?<!\\)\$([^$]+)(?<!\\)\$", r"\1", text)


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _map_strings(item, change) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_strings(item, change) for item in value]
    return value
