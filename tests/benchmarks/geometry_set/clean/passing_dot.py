from manim import *


class PassingDot(Scene):
    def construct(self):
        t = Text("origin")
        dot = Dot(4 * LEFT, color=RED)
        self.add(t.shift(0.5 * UP), dot)
        self.play(dot.animate.shift(8 * RIGHT))
        self.wait()
