from manim import *


class BoxedResult(Scene):
    def construct(self):
        formula = MathTex("e^{i\\pi}", "+", "1", "=", "0", font_size=72)
        self.play(Write(formula))
        self.play(Create(SurroundingRectangle(formula, color=YELLOW)))
        self.play(Circumscribe(formula[0]), Indicate(formula[4]))
        self.wait()
