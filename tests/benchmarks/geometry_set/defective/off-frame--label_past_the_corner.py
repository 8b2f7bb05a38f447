from manim import *


class LabelPastTheCorner(Scene):
    def construct(self):
        square = Square(side_length=2).to_corner(UR, buff=0)
        label = MathTex("s = 2").next_to(square, RIGHT, buff=-0.3)
        self.add(square, label)
        self.wait()
