# ruff: noqa: F403, F405
from manim import *


class AxesAndAreaScene(Scene):
    def construct(self):
        axes = Axes(x_range=[0, 5, 1], y_range=[0, 10, 2], axis_config={"include_numbers": True}, tips=False)
        curve = axes.plot(lambda x: x**2 / 3, color=BLUE)
        area = axes.get_area(curve, x_range=(1, 3), color=[BLUE, GREEN])
        labels = axes.get_axis_labels(x_label="x", y_label="f(x)")
        self.play(Create(axes), Write(labels), run_time=0.3)
        self.play(Create(curve), FadeIn(area), run_time=0.3)
        self.add(
            axes.get_riemann_rectangles(curve, x_range=(0, 4), dx=0.5), axes.get_vertical_line(axes.i2gp(2, curve))
        )
        self.wait(0.1)
