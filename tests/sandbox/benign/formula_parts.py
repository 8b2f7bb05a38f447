# ruff: noqa: F403, F405
from manim import *


class FormulaPartsScene(Scene):
    def construct(self):
        formula = MathTex(r"e^{i\pi}", "+", "1", "=", "0", substrings_to_isolate="1")
        formula.set_color_by_tex("1", YELLOW)
        self.play(Write(formula), run_time=0.3)
        self.play(Indicate(formula[0]), Circumscribe(formula), run_time=0.3)
