from manim import *


class NodeArrows(Scene):
    def construct(self):
        a, b = Circle(0.5).shift(3 * LEFT), Circle(0.5).shift(3 * RIGHT)
        self.add(a, b, MathTex("A").move_to(a), MathTex("B").move_to(b), Arrow(a.get_right(), b.get_left(), buff=0))
        self.wait()
