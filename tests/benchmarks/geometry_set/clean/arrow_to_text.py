from manim import *


class ArrowToText(Scene):
    def construct(self):
        t = Text("look here").shift(2 * UP)
        a = Arrow(DOWN, t.get_bottom())
        self.add(t)
        self.play(GrowArrow(a))
        self.wait()
