from manim import *


class Twelve(Scene):
    def construct(self):
        self.add(Title("A"))
        self.play(Write(Text("a line of body text in twelve points", font_size=12)))
        self.wait()
