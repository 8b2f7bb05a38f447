from manim import *


class CurveThroughItsLabel(Scene):
    def construct(self):
        axes = Axes(x_range=[-3, 3], y_range=[-1, 5], x_length=9, y_length=5)
        curve = axes.plot(lambda x: x**2 / 2, color=BLUE)
        label = MathTex("y = x^2/2").move_to(axes.c2p(2, 2))
        self.add(axes, curve, label)
        self.wait()
