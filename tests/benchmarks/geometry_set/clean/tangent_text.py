from manim import *


class TangentText(Scene):
    def construct(self):
        c = Circle(1.5)
        t = Text("unit", font_size=40)
        self.add(c, t)
        self.wait()
