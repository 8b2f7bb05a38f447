# ruff: noqa: F403, F405
from manim import *


class SequencesOfAnimationsScene(Scene):
    def construct(self):
        shapes = VGroup(Square(), Circle(), Triangle(), Star(), RegularPolygon(6)).arrange().scale(0.6)
        self.play(LaggedStart(*[Create(shape) for shape in shapes], lag_ratio=0.3), run_time=0.4)
        self.play(Succession(FadeOut(shapes[0]), Indicate(shapes[1]), Wiggle(shapes[2])), run_time=0.4)
        self.play(AnimationGroup(Rotate(shapes[3]), ScaleInPlace(shapes[4], 1.2), lag_ratio=0.5), run_time=0.3)
