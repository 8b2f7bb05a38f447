"""What the scripted author gets wrong: the real mistakes of model-written Manim code, and pictures with faults.

A mistake is a few statements that are put into a beat of an otherwise correct scene (or, rarely, a change of its text).
Each names the rules by which the real checks know it; `test_mistakes.py` holds it to that.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

__all__ = ["Mistake", "api_mistakes", "mistakes", "picture_mistakes", "warned_mistakes"]

_ROWS = Path(__file__).parents[1] / "benchmarks" / "check_corpora" / "failures.toml"
_TOO_SLOW = frozenset({"time_limit"})  # a check of seconds says nothing that one of milliseconds does not


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        name: of its kind, unique.
        lines: statements, unindented, to be put at the end of a beat.
        rules: by which of these the checks may know it; empty where any error will do.
        severity: "error", or "warning" where it blocks nothing.
        base: class that the scene has to derive from, beside `Slide`, for the mistake to be what it is.
        place: "beat" for statements inside a beat; "after" for the end of `construct`; "skips" leaves the last beat out.
    """

    name: str
    lines: tuple[str, ...]
    rules: frozenset[str] = frozenset()
    severity: Literal["error", "warning"] = "error"
    base: str = "Scene"
    place: Literal["beat", "after", "skips"] = "beat"


@cache
def mistakes() -> dict[str, Mistake]:
    """All mistakes by name."""
    return {one.name: one for one in (*api_mistakes(), *picture_mistakes(), *warned_mistakes())}


@cache
def api_mistakes() -> tuple[Mistake, ...]:
    """Every row of the table of real failures that is about the body of `construct`: wrong names, keywords, values."""
    rows = tomllib.loads(_ROWS.read_text(encoding="utf-8"))["failure"]
    made = []
    for number, row in enumerate(rows, start=1):
        found = None if row["kind"] in _TOO_SLOW else _body(row["code"])
        if found is not None:
            base, lines = found
            made.append(Mistake(f"{row['kind']}-{number:03}", lines, base=base))
    return tuple(made)


def named_rows() -> int:
    """How many rows of the table blame a wrong name: those that were collected from videos that failed."""
    return sum(one.name.startswith(("renamed", "scene_class", "unknown")) for one in api_mistakes())


def _body(code: str) -> tuple[str, tuple[str, ...]] | None:
    """Base class and statements of a scene that is nothing but one `construct`; None for any other."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    if len(tree.body) != 2 or not isinstance(tree.body[0], ast.ImportFrom) or tree.body[0].module != "manim":
        return None
    scene = tree.body[1]
    if tree.body[0].names[0].name != "*" or not isinstance(scene, ast.ClassDef) or len(scene.body) != 1:
        return None
    construct, base = scene.body[0], scene.bases[0]
    assert isinstance(construct, ast.FunctionDef)
    if not isinstance(base, ast.Name) or base.id not in {"Scene", "ThreeDScene"}:
        return None
    first, last = construct.body[0].lineno, construct.end_lineno
    return base.id, tuple(textwrap.dedent("\n".join(code.split("\n")[first - 1 : last])).split("\n"))


def _fault(name: str, text: str, *rules: str, **more: str) -> Mistake:
    lines = tuple(textwrap.dedent(text).strip().split("\n"))
    return Mistake(name, lines, frozenset(rules or {name}), **more)  # type: ignore[arg-type]


@cache
def picture_mistakes() -> tuple[Mistake, ...]:
    """Pictures with a fault that blocks a scene: after the geometry set, made to stand beside the scene's own drawing."""
    return (
        _fault(
            "off-frame",
            """
            claim = Text("This sentence was written by somebody who never looked at how wide the frame is", font_size=40)
            self.add(claim.to_edge(DOWN))
            """,
        ),
        _fault(
            "off-frame-moved",
            """
            aside = Text("see below", font_size=32)
            self.play(aside.animate.move_to(6.8 * LEFT + 3 * DOWN), run_time=0.1)
            """,
            "off-frame",
        ),
        _fault("text-overlap", 'self.add(Text("one more thing").move_to(words[0]))'),
        _fault(
            "text-overlap-labels",
            """
            near = VGroup(Dot(2.2 * DOWN), Dot(2.2 * DOWN + 0.2 * RIGHT))
            marks = VGroup(*(Text("near", font_size=36).next_to(dot, UP, buff=0.1) for dot in near))
            self.add(near, marks)
            """,
            "text-overlap",
        ),
        _fault("text-too-small", 'self.add(Text("small print", font_size=8).to_edge(DOWN))'),
        _fault(
            "line-through-text",
            """
            note = Text("a note", font_size=36).to_edge(DOWN)
            self.add(note, Line(note.get_left() + 0.5 * LEFT, note.get_right() + 0.5 * RIGHT))
            """,
        ),
        _fault(
            "line-through-text-side",
            """
            side = Polygon(2 * LEFT + 3 * DOWN, 2 * RIGHT + 3 * DOWN, 1.8 * DOWN)
            label = Text("hypotenuse", font_size=32).move_to(RIGHT + 2.4 * DOWN)
            self.add(side, label)
            """,
            "line-through-text",
        ),
        _fault("low-contrast", 'self.add(Text("in the dark", color="#2A2A2A", font_size=36).to_edge(DOWN))'),
        _fault(
            "text-hidden",
            """
            result = Text("the main result", font_size=32).to_edge(DOWN)
            self.add(result)
            self.add(Rectangle(width=5, height=0.9, color=GREEN, fill_opacity=1).move_to(result))
            """,
        ),
        _fault(
            "nothing-on-screen",
            """
            self.remove(*self.mobjects)
            self.wait(1.5)
            """,
        ),
        _fault("beat-unused", "", "beat-unused", place="skips"),
        _fault(
            "beat-repeated",
            """
            with self.beat(0):
                self.wait(0.1)
            """,
            "beat-repeated",
            "exception",
            place="after",
        ),
        _fault("formula", r'self.add(MathTex(r"\fraction{1}{2}").to_edge(DOWN))', "formula", "exception"),
        _fault("exception-index", "self.play(Indicate(figure[99]), run_time=0.1)", "exception", "empty-group"),
        _fault("exception-zero", "self.play(Indicate(figure[0]), run_time=1 / len(figure[0:0]))", "exception"),
        _fault("syntax", "self.play(Indicate(figure[0], run_time=0.1)", "syntax"),
    )


@cache
def warned_mistakes() -> tuple[Mistake, ...]:
    """Blemishes: they cost a draft points and block nothing."""
    return (
        _fault("near-edge", 'self.add(Text("a caption", font_size=30).to_edge(DOWN, buff=0.02))', severity="warning"),
        _fault(
            "left-behind",
            """
            passing = Text("for now", font_size=32).to_edge(DOWN)
            frame = SurroundingRectangle(passing)
            self.add(passing, frame)
            self.wait(0.3)
            self.remove(passing)
            self.wait(2)
            """,
            severity="warning",
        ),
        _fault("animation-too-long", "self.play(Indicate(figure[0]), run_time=3)", severity="warning"),
        _fault("dead-air", "self.wait(3)", severity="warning", place="after"),
    )
