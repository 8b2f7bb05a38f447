# ruff: noqa: F403, F405
from manim import *


class BraceLabelsScene(Scene):
    def construct(self):
        line = Line(LEFT * 2, RIGHT * 2)
        brace = BraceLabel(line, "L = 4")
        text = BraceText(line, "length", brace_direction=UP)
        arc = ArcBrace(Arc(angle=PI / 2))
        self.play(Create(line), GrowFromCenter(brace), GrowFromCenter(text), FadeIn(arc), run_time=0.4)
