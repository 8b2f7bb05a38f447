from manim import *


class HighlightedTerm(Scene):
    def construct(self):
        formula = MathTex("f(x)", "=", "a x^2", "+", "b x", "+", "c", font_size=64)
        self.add(formula)
        ring = Circle(color=YELLOW).surround(formula[2])
        self.play(Create(ring))
        self.play(ring.animate.surround(formula[4]))
        self.wait()
