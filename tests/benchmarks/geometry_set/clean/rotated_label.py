from manim import *


class RotatedLabel(Scene):
    def construct(self):
        ax = Axes(x_range=[0, 5], y_range=[0, 5], x_length=7, y_length=5, tips=False)
        label = Text("height in m", font_size=30).rotate(PI / 2).next_to(ax, LEFT)
        self.add(ax, label)
        self.wait()
