from manim import *


class NearlyTransparent(Scene):
    def construct(self):
        text = Text("a ghost of a text").set_opacity(0.15)
        self.add(Circle(), text.shift(2 * UP))
        self.wait()
