from manim import *


class FrameAroundNothing(Scene):
    def construct(self):
        formula = MathTex("a = b").shift(DOWN)
        frame = SurroundingRectangle(formula)
        self.play(Write(formula), Create(frame))
        self.wait()
        self.play(FadeOut(formula), Write(Text("Next question").to_edge(UP)))
        self.wait(2)
