from manim import *


class Grad(Scene):
    def construct(self):
        r = Rectangle(width=8, height=3, fill_opacity=1).set_fill(color=[WHITE, YELLOW], opacity=1)
        self.add(r, Text("on a gradient"))
        self.wait()
