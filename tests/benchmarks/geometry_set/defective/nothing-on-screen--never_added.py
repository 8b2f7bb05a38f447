from manim import *


class NeverAdded(Scene):
    def construct(self):
        circle = Circle()
        label = Text("forgotten").next_to(circle, DOWN)
        self.wait(3)
