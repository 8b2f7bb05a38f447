from manim import *


class NearlyOpaque(Scene):
    def construct(self):
        t = Text("secret")
        r = Rectangle(width=5, height=2, fill_color=GRAY, fill_opacity=0.9)
        self.add(t, r)
        self.wait()
