from itertools import pairwise

from manim import *


class FlowOfBoxes(Scene):
    def construct(self):
        steps = VGroup()
        for word in ("Read", "Parse", "Check", "Run"):
            box = RoundedRectangle(width=2.4, height=1.0, color=BLUE, fill_color=BLUE_E, fill_opacity=0.6)
            steps.add(VGroup(box, Text(word, font_size=32).move_to(box)))
        steps.arrange(RIGHT, buff=0.9)
        arrows = VGroup(*(Arrow(a.get_right(), b.get_left(), buff=0.1) for a, b in pairwise(steps)))
        for step in steps:
            self.play(FadeIn(step), run_time=0.4)
        self.play(LaggedStart(*(GrowArrow(arrow) for arrow in arrows)))
        self.wait()
