from manim import *


class CircleAroundTooLittle(Scene):
    def construct(self):
        word = Text("eigenvalues")
        ring = Circle(radius=1, color=RED)
        self.add(word, ring)
        self.wait()
