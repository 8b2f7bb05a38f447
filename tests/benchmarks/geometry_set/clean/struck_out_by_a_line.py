from manim import *


class StruckOutByALine(Scene):
    def construct(self):
        old = Text("price 100").shift(UP)
        self.add(old)
        self.play(Create(Line(old.get_left(), old.get_right(), color=RED)))
        self.play(Write(Text("price 80").shift(DOWN)))
        self.wait()
