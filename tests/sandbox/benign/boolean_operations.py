# ruff: noqa: F403, F405
from manim import *


class BooleanOperationsScene(Scene):
    def construct(self):
        square, circle = Square().set_fill(BLUE, 0.5), Circle().shift(RIGHT * 0.7).set_fill(RED, 0.5)
        pieces = [
            kind(square, circle, color=GREEN, fill_opacity=1) for kind in (Union, Intersection, Difference, Exclusion)
        ]
        self.add(VGroup(*pieces).arrange().scale(0.7))
        self.play(Rotate(pieces[0]), run_time=0.2)
        self.add(Cutout(Square(4), Circle(), fill_opacity=0.3))
        self.wait(0.1)
