from manim import *


class Slight(Scene):
    def construct(self):
        a = MathTex("a + b + c")
        b = MathTex("d + e").next_to(a, RIGHT, buff=-0.15)
        self.add(a, b)
        self.wait()
