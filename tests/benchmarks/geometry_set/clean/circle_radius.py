from manim import *


class CircleRadius(Scene):
    def construct(self):
        circle = Circle(radius=2)
        r = Line(ORIGIN, 2 * RIGHT)
        self.add(circle, r, MathTex("r").next_to(r, UP, buff=0.1), Dot(), MathTex("O").next_to(ORIGIN, DL, buff=0.1))
        self.wait()
