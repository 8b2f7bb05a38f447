# ruff: noqa: F403, F405
from manim import *


class CreationsScene(Scene):
    def construct(self):
        text = Text("type")
        self.play(SpiralIn(VGroup(Square(), Circle()).arrange()), run_time=0.2)
        self.play(TypeWithCursor(text, Rectangle(height=0.5, width=0.1)), run_time=0.3)
        self.play(Unwrite(text), ShowIncreasingSubsets(VGroup(*[Dot(RIGHT * n) for n in range(4)])), run_time=0.3)
        self.play(GrowFromEdge(Square(), DOWN), SpinInFromNothing(Star()), run_time=0.2)
