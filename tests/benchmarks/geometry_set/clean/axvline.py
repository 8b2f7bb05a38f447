from manim import *


class Axvline(Scene):
    def construct(self):
        ax = Axes(x_range=[0, 6], y_range=[0, 5], x_length=8, y_length=5)
        v = DashedLine(ax.c2p(3, 0), ax.c2p(3, 4.5))
        label = MathTex("x = 3").next_to(v, UP)
        self.add(ax, v, label)
        self.wait()
