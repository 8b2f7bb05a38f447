# ruff: noqa: F403, F405
from manim import *


class BarChartScene(Scene):
    def construct(self):
        chart = BarChart([1, 3, 2], bar_names=["a", "b", "c"], y_range=[0, 4, 1], y_length=4, x_length=6)
        self.add(chart)
        self.play(chart.animate.change_bar_values([3, 1, 4]), run_time=0.3)
        self.play(FadeIn(chart.get_bar_labels(font_size=30)), run_time=0.2)
