from manim import *


class PolygonSide(Scene):
    def construct(self):
        t = Triangle().scale(3)
        label = Text("base side", font_size=36).move_to(t.get_bottom())
        self.add(t, label)
        self.wait()
