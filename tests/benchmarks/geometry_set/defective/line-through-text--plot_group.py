from manim import *


class PlotGroup(Scene):
    def construct(self):
        g = VGroup(Line(5 * LEFT, 5 * RIGHT), MathTex("x = y + z"))
        self.add(g)
        self.wait()
