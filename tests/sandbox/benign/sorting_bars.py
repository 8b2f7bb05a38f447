# ruff: noqa: F403, F405
from manim import *


class SortingBarsScene(Scene):
    def construct(self):
        values = [5, 2, 4, 1, 3]
        bars = VGroup(*[Rectangle(height=value / 2, width=0.5, fill_opacity=1) for value in values]).arrange(
            aligned_edge=DOWN
        )
        self.add(bars)
        for end in range(len(values) - 1, 2, -1):
            for index in range(end):
                if values[index] > values[index + 1]:
                    values[index : index + 2] = values[index + 1], values[index]
                    self.play(Swap(bars[index], bars[index + 1]), run_time=0.1)
                    bars.submobjects[index : index + 2] = bars[index + 1], bars[index]
