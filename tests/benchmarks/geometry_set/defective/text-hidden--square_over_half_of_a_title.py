from manim import *


class SquareOverHalfOfATitle(Scene):
    def construct(self):
        title = Text("An inequality of means").to_edge(UP)
        self.add(title)
        square = Square(side_length=3, fill_color=RED, fill_opacity=1).shift(2.5 * UP + 2 * RIGHT)
        self.play(GrowFromCenter(square))
        self.wait()
