from manim import *


class HalfOnAWhiteShape(Scene):
    def construct(self):
        square = Square(side_length=3, fill_color=WHITE, fill_opacity=1).shift(1.5 * LEFT)
        text = Text("across the border")
        self.add(square, text)
        self.wait()
