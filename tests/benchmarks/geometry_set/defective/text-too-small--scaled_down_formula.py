from manim import *


class ScaledDownFormula(Scene):
    def construct(self):
        formula = MathTex(r"\zeta(s) = \sum_{n=1}^\infty \frac{1}{n^s}").scale(0.25)
        self.play(Write(formula))
        self.wait()
