from manim import *


class ArrowPastALabel(Scene):
    def construct(self):
        a, b = Text("in").shift(4 * LEFT), Text("out").shift(4 * RIGHT)
        label = Text("mapping").shift(1.6 * DOWN)
        self.add(a, b, label, CurvedArrow(a.get_bottom(), b.get_bottom(), angle=PI / 3))
        self.wait()
