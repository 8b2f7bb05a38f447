# ruff: noqa: F403, F405
from manim import *


class TracedPathScene(Scene):
    def construct(self):
        circle = Circle().shift(LEFT)
        dot = Dot(circle.get_right())
        self.add(circle, dot, TracedPath(dot.get_center, stroke_color=YELLOW, dissipating_time=0.3))
        self.play(MoveAlongPath(dot, circle), run_time=0.4, rate_func=linear)
