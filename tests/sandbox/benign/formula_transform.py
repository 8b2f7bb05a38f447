# ruff: noqa: F403, F405
from manim import *


class FormulaTransformScene(Scene):
    def construct(self):
        first = MathTex("a^2", "+", "b^2", "=", "c^2")
        second = MathTex("a^2", "=", "c^2", "-", "b^2")
        self.add(first)
        self.play(TransformMatchingTex(first, second, path_arc=PI / 2), run_time=0.4)
        self.play(FadeOut(second, shift=DOWN), run_time=0.2)
