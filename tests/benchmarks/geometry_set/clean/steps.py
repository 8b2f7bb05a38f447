from manim import *


class Steps(Scene):
    def construct(self):
        lines = VGroup(MathTex("x + 3", "=", "7"), MathTex("x", "=", "4")).arrange(DOWN)
        self.play(Write(lines[0]))
        self.play(TransformMatchingTex(lines[0].copy(), lines[1]))
        self.wait()
        box = SurroundingRectangle(lines[1])
        self.play(Create(box))
        self.wait()
        self.play(FadeOut(box))
        self.wait()
