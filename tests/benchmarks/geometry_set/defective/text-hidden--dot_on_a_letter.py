from manim import *


class DotOnALetter(Scene):
    def construct(self):
        formula = MathTex("f(a) = b")
        dot = Dot(formula.get_center(), radius=0.35, color=RED)
        self.add(formula, dot)
        self.wait()
