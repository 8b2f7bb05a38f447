"""Plays one layout as a scene, without drawing, and keeps what stands on screen at the end of every beat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from manim import Mobject, tempconfig

from visium_graph.stage import RichText, Slide
from visium_graph.stage.formula_lines import FormulaLine

SETTINGS = {"dry_run": True, "disable_caching": True, "progress_bar": "none", "frame_rate": 15, "verbosity": "ERROR"}


@dataclass
class Played:
    """What came of it: the view, and the texts on screen after each beat (copies)."""

    slide: Slide
    view: Any
    beats: list[list[Mobject]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def play(
    kind: str, reveals: list[list[str]], *, folder: str, title: str = "A title", theme: str = "dark", **fields: Any
) -> Played:
    look = theme
    result: list[Played] = []

    class Scene(Slide):
        theme = look
        narration = tuple("a beat of some nine words that are said" for _ in reveals)

        def construct(self) -> None:
            played = Played(self, self.layout(kind, title=title, **fields))
            result.append(played)
            for index, ids in enumerate(reveals):
                begin = self.seconds
                with self.beat(index):
                    played.view.reveal(*ids)
                    played.seconds.append(self.seconds - begin)
                played.beats.append([mobject.copy() for mobject in texts(self.mobjects)])
            self.leave()

    with tempconfig({**SETTINGS, "media_dir": folder}):
        Scene(skip_animations=True).render()
    return result[0]


def texts(mobjects: list[Mobject]) -> list[Mobject]:
    """The visible texts and formulas below mobjects, outermost only."""
    found: list[Mobject] = []
    for mobject in mobjects:
        if isinstance(mobject, RichText | FormulaLine):
            if any(shape.get_fill_opacity() > 0.1 for shape in mobject.family_members_with_points()):
                found.append(mobject)
        else:
            found += texts(mobject.submobjects)
    return found


def assert_well_set(shown: list[Mobject]) -> None:
    """Within the frame's margins, and no text on another."""
    for text in shown:
        assert text.get_left()[0] > -7.11 + 0.6, text
        assert text.get_right()[0] < 7.11 - 0.6, text
        assert text.get_bottom()[1] > -4 + 0.35, text
        assert text.get_top()[1] < 4 - 0.2, text
    for index, one in enumerate(shown):
        for other in shown[index + 1 :]:
            apart = (
                one.get_right()[0] <= other.get_left()[0] + 0.02
                or other.get_right()[0] <= one.get_left()[0] + 0.02
                or one.get_top()[1] <= other.get_bottom()[1] + 0.02
                or other.get_top()[1] <= one.get_bottom()[1] + 0.02
            )
            assert apart, (one, other)
