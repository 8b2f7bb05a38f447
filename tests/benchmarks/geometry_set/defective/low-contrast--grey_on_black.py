from manim import *


class GreyOnBlack(Scene):
    def construct(self):
        text = Text("in the dark", color="#333333")
        self.play(Write(text))
        self.wait()
