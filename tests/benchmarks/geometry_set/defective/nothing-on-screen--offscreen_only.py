from manim import *


class OffscreenOnly(Scene):
    def construct(self):
        self.add(Circle().shift(20 * UP))
        self.wait(3)
