from manim import *


class FormulaGrowsIntoText(Scene):
    def construct(self):
        text = Text("so the sum is").shift(2 * LEFT)
        formula = MathTex(r"\sum_{k=1}^n k").next_to(text, RIGHT)
        self.add(text, formula)
        self.play(formula.animate.scale(2.5))
        self.wait()
