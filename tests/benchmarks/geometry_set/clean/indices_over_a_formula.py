from manim import *


class IndicesOverAFormula(Scene):
    def construct(self):
        formula = MathTex(r"a^2 + b^2 = c^2", font_size=96)
        self.add(formula, index_labels(formula[0]))
        self.wait()
