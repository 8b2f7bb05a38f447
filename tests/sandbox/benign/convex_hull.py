# ruff: noqa: F403, F405
from manim import *


class ConvexHullScene(Scene):
    def construct(self):
        dots = VGroup(*[Dot([x, y, 0]) for x, y in np.random.default_rng(1).uniform(-2, 2, (12, 2))])
        hull = ConvexHull(*[dot.get_center() for dot in dots], color=YELLOW)
        self.play(LaggedStartMap(GrowFromCenter, dots), run_time=0.3)
        self.play(Create(hull), run_time=0.2)
