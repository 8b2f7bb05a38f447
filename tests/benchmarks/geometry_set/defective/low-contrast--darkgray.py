from manim import *


class Darkgray(Scene):
    def construct(self):
        self.play(Write(Text("dark gray words", color=DARKER_GRAY)))
        self.wait()
