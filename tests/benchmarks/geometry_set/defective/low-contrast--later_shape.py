from manim import *


class LaterShape(Scene):
    def construct(self):
        t = Text("readable at first")
        self.play(Write(t))
        self.wait()
        s = Square(side_length=6, fill_color=WHITE, fill_opacity=1, z_index=-1)
        self.play(FadeIn(s))
        self.wait()
