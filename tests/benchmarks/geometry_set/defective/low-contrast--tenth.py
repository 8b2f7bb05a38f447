from manim import *


class Tenth(Scene):
    def construct(self):
        self.add(Square().shift(2 * DOWN), Text("so faint", fill_opacity=0.1))
        self.wait()
