"""What is rendered: the built-in lessons' own scenes and static slides, as run folders."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from render_bench.processes import Command

__all__ = ["MIX", "QUICK_MIX", "Piece", "lesson_commands", "manim_command", "static_slides"]

_WORDS = [
    "Every",
    "number",
    "has",
    "its",
    "place",
    "on",
    "the",
    "line",
    "and",
    "each",
    "step",
    "moves",
    "one",
    "to",
    "right",
    "left",
    "down",
    "to",
    "up",
    "a",
    "small",
    "square",
    "grows",
    "until",
    "it",
    "fills",
    "the",
    "large",
    "one",
    "what",
    "remains",
    "is",
    "the",
    "same",
    "as",
    "before",
    "we",
    "began",
    "so",
    "count",
    "them",
    "all",
    "again",
    "twice",
]
_FORMULAS = (
    r"\int_0^1 x^2\,dx = \frac{1}{3}",
    r"\sum_{k=1}^{n} k = \frac{n(n+1)}{2}",
    r"a^2 + b^2 = c^2",
    r"P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}",
    r"\lim_{h \to 0} \frac{f(x+h) - f(x)}{h}",
    r"e^{i\pi} + 1 = 0",
)
_SLIDE = """from manim import *

import visium_graph.stage  # draws formulas with MathJax, here as under the package's own renderer


class Slide{number}(Scene):
    def construct(self):
        texts = [Text(line, font_size=36) for line in {lines!r}]
        formula = MathTex({formula!r})
        self.add(VGroup(*texts, formula).arrange(DOWN, buff=0.45))
        self.wait({seconds})
"""


@dataclass(frozen=True)
class Piece:
    """One scene of a run folder."""

    run: Path
    scene: str

    @property
    def file(self) -> Path:
        """Its code."""
        return self.run / "scenes" / f"{self.scene}.py"

    @property
    def kind(self) -> str:
        """Its layout."""
        scenes = json.loads((self.run / "storyboard.json").read_text("utf-8"))["scenes"]
        return str(next(scene["layout"]["kind"] for scene in scenes if scene["id"] == self.scene))


MIX = {
    "pythagoras": ("puzzle", "claim", "proof", "algebra", "distance", "converse", "recap"),
    "binary-search": ("code", "growth"),
    "bayes": ("question", "counts", "formula"),
}
"""The lessons' mix: one whole lesson, and of the others what brings every layout near its share of all 22 scenes."""
QUICK_MIX = {"pythagoras": ("algebra", "claim", "converse")}


def lesson_commands(folder: Path, cache: Path, names: Sequence[str]) -> list[Command]:
    """Commands that plan, speak, code and check lessons: `folder/<name>` becomes the run folder, nothing is drawn."""
    make = (sys.executable, "-m", "visium_graph", "make")
    options = ("--quality", "draft", "--no-render", "--strict")
    environment = {"VISIUM_CACHE_DIR": str(cache)}
    return [Command((*make, name, *options, "-o", folder / name), environment) for name in names]


def static_slides(run: Path, count: int, seed: int) -> list[Piece]:
    """Write a run folder of slides that hold still: five texts and a formula, 10 to 12 seconds, in plain Manim."""
    (run / "scenes").mkdir(parents=True)
    choose = random.Random(seed)
    pieces, scenes, timing = [], [], []
    for number in range(1, count + 1):
        lines = [" ".join(choose.sample(_WORDS, 5)).capitalize() for _ in range(5)]
        formula, seconds = _FORMULAS[number % len(_FORMULAS)], choose.choice((10, 11, 12))
        piece = Piece(run, f"slide-{number}")
        piece.file.write_text(_SLIDE.format(number=number, lines=lines, formula=formula, seconds=seconds), "utf-8")
        pieces.append(piece)
        beats = [{"id": "a", "say": "Read this."}]
        scenes.append({"id": piece.scene, "title": "Slide", "beats": beats, "layout": {"kind": "title"}})
        timing.append({"id": piece.scene, "beats": [{"id": "a", "seconds": 1.0}]})
    (run / "storyboard.json").write_text(json.dumps({"title": "Slides", "scenes": scenes}), "utf-8")
    (run / "timing.json").write_text(json.dumps({"version": 1, "scenes": timing}), "utf-8")
    return pieces


def manim_command(piece: Piece, quality: str, folder: Path) -> tuple[Command, Path]:
    """The `manim` command for one scene, and the folder in which its video will lie.

    The scene gets a copy of its run folder without the voice, and a media folder of its own: no text, formula or
    frame of another run is there to be used again. It says nothing on its way, which spares it the progress bars.
    """
    run = folder / "run"
    shutil.copytree(piece.run, run, ignore=shutil.ignore_patterns("narration", "clips", "*.mp4", "*.sqlite"))
    media = folder / "media"
    manim = Path(sys.executable).with_name("manim")
    options = ("--disable_caching", "--progress_bar", "none", "--verbosity", "ERROR", "--media_dir", media)
    arguments = (manim, "render", "--quality", {"high": "h", "medium": "m"}[quality], *options)
    script = run / "scenes" / piece.file.name
    return Command((*arguments, script), {"VISIUM_CACHE_DIR": str(folder / "cache")}, run), media
