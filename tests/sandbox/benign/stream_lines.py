# ruff: noqa: F403, F405
from manim import *


class StreamLinesScene(Scene):
    def construct(self):
        lines = StreamLines(
            lambda p: np.array([1, np.sin(p[0]), 0]),
            x_range=[-3, 3, 1],
            y_range=[-2, 2, 1],
            virtual_time=1,
            stroke_width=8,
        )
        self.add(lines)
        lines.start_animation(warm_up=True, flow_speed=1.5)
        self.wait(0.5)
