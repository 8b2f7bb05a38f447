from manim import *


class TooManyPoints(Scene):
    def construct(self):
        points = VGroup(*(Text(f"Point number {i}", font_size=44) for i in range(1, 13))).arrange(DOWN, buff=0.3)
        self.play(FadeIn(points))
        self.wait()
