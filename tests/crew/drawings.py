"""Correct scenes of several kinds, with mistakes put into them where the author is to make some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.crew.mistakes import Mistake

__all__ = ["Assigned", "doubtful_beat", "draft_number", "scene_code"]

_WORDS = ("one", "two", "three", "four")
_SHAPES = ("Square()", "Circle()", "Triangle()", "Star()", "RegularPolygon(6)", "RoundedRectangle(width=2, height=2)")
_COLOURS = ("primary", "secondary", "accent", "good", "text")
_FORMULAS = ("a^2 + b^2 = c^2", r"\frac{n(n + 1)}{2}", r"e^{i\pi} = -1", r"\sum_{k=1}^{n} k")


@dataclass(frozen=True)
class Assigned:
    """What the author knows of a scene when it draws it: the prompt says it.

    Attributes:
        beats: How many there are.
    """

    scene_id: str
    class_name: str
    title: str
    beats: int


def scene_code(scene: Assigned, number: int, wrong: Sequence[Mistake], random: Random) -> str:
    """One draft of a scene: correct but for the mistakes, which all go into one beat, the doubtful one.

    Args:
        scene: what is to be drawn.
        number: of the draft, from 0. A comment in the doubtful beat tells it.
        wrong: mistakes in it.
        random: chooses the drawing and the doubtful beat. The same generator gives the same ones whatever is wrong.
    """
    setting, moves = _DRAWINGS[random.randrange(len(_DRAWINGS))](scene, random)
    doubtful = random.randrange(scene.beats)
    skips = any(one.place == "skips" for one in wrong)
    if skips:
        doubtful = min(doubtful, scene.beats - 2)
    bases = ["Slide", *sorted({one.base for one in wrong} - {"Scene"})]
    lines = [
        "from manim import *",
        "",
        "from visium_graph.stage import Slide",
        "",
        "",
        f"class {scene.class_name}({', '.join(bases)}):",
        "    def construct(self):",
        f"        self.begin({scene.title!r})",
        *(f"        {line}" for line in setting),
    ]
    for beat, move in enumerate(moves):
        if skips and beat == scene.beats - 1:
            break
        lines += [f"        with self.beat({beat}) as beat:", f"            {move}"]
        if beat == doubtful:
            lines.append(f"            # Draft {number} of {scene.scene_id}.")
            lines += [f"            {line}" for one in wrong if one.place == "beat" for line in one.lines]
    lines += [f"        {line}" for one in wrong if one.place == "after" for line in one.lines]
    lines.append("        self.leave()")
    return "\n".join(lines) + "\n"


def doubtful_beat(scene: Assigned, random: Random) -> int:
    """The beat that mistakes go into; `random` as for `scene_code`."""
    _DRAWINGS[random.randrange(len(_DRAWINGS))](scene, random)
    return random.randrange(scene.beats)


def draft_number(text: str, scene_id: str) -> int | None:
    """The number of the draft whose code (or a listing of it) stands in the text; the last one's where there are several."""
    found = re.findall(rf"# Draft (\d+) of {re.escape(scene_id)}\.", text)
    return int(found[-1]) if found else None


def _colour(random: Random) -> str:
    return f"self.color({random.choice(_COLOURS)!r})"


def _row(scene: Assigned, random: Random) -> tuple[list[str], list[str]]:
    shapes = ", ".join(random.sample(_SHAPES, scene.beats))
    names = ", ".join(map(repr, _WORDS[: scene.beats]))
    return [
        f"figure = VGroup({shapes}).arrange(RIGHT, buff=1).set_color({_colour(random)})",
        "figure.scale_to_fit_height(1.2).move_to(self.region.center)",
        f"names = [{names}]",
        "words = VGroup(*(self.rich(name).next_to(one, UP) for name, one in zip(names, figure)))",
    ], [
        f"self.play({random.choice(('Create', 'FadeIn'))}(figure[{beat}]), FadeIn(words[{beat}]), "
        f"run_time=0.3 * beat.duration)"
        for beat in range(scene.beats)
    ]


def _formula(scene: Assigned, random: Random) -> tuple[list[str], list[str]]:
    colour = _colour(random)
    made = [f"MathTex({formula!r}, color={colour})" for formula in random.sample(_FORMULAS, scene.beats)]
    return [
        "figure = VGroup(",
        *(f"    {one}," for one in made),
        ").arrange(RIGHT, buff=1.2)",
        "figure.scale_to_fit_width(min(figure.width, 9)).move_to(self.region.center + 0.4 * UP)",
        f"words = VGroup(*(Text(name, font_size=32) for name in {_WORDS[: scene.beats]!r}))",
        "for word, formula in zip(words, figure):",
        "    word.next_to(formula, DOWN, buff=0.5)",
    ], [
        f"self.play(Write(figure[{beat}]), FadeIn(words[{beat}]), run_time=0.3 * beat.duration)"
        for beat in range(scene.beats)
    ]


def _plot(scene: Assigned, random: Random) -> tuple[list[str], list[str]]:
    power, colour = random.choice((1, 2)), _colour(random)
    moves = ["self.play(Create(figure[0]), FadeIn(words), run_time=0.3 * beat.duration)"]
    moves += ["self.play(Create(figure[1]), run_time=0.3 * beat.duration)"] * (scene.beats > 1)
    moves += ["self.play(Indicate(figure[1]), run_time=0.3 * beat.duration)"] * (scene.beats - 2)
    return [
        "axes = Axes(x_range=[0, 4], y_range=[0, 4], x_length=5, y_length=2.6, tips=False)",
        f"curve = axes.plot(lambda x: x**{power} / 4, x_range=[0, 4], color={colour})",
        "figure = VGroup(axes, curve).move_to(self.region.center + 0.3 * UP)",
        'words = VGroup(Text("growth", font_size=32).next_to(figure, LEFT))',
    ], moves


def _boxes(scene: Assigned, random: Random) -> tuple[list[str], list[str]]:
    names = ", ".join(map(repr, _WORDS[: scene.beats]))
    colour = _colour(random)
    return [
        f"words = VGroup(*(Text(name, font_size=34) for name in [{names}])).arrange(RIGHT, buff=1.6)",
        "words.move_to(self.region.center + 0.2 * UP)",
        f"figure = VGroup(*(SurroundingRectangle(word, color={colour}, buff=0.3) for word in words))",
    ], [
        f"self.play(FadeIn(figure[{beat}], words[{beat}]), run_time=0.3 * beat.duration)" for beat in range(scene.beats)
    ]


_DRAWINGS = (_row, _formula, _plot, _boxes)
