from manim import *


class SecondLineOnTheFirst(Scene):
    def construct(self):
        first = Text("Energy is conserved")
        second = Text("Momentum is conserved")
        self.play(Write(first))
        self.play(Write(second))
        self.wait()
