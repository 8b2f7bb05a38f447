from manim import *


class BarsWithValues(Scene):
    def construct(self):
        chart = BarChart(
            values=[3, 5, 2, 8], bar_names=["a", "b", "c", "d"], y_range=[0, 10, 2], y_length=5, x_length=8
        )
        self.play(Create(chart))
        self.add(chart.get_bar_labels(color=WHITE, font_size=36))
        self.wait()
