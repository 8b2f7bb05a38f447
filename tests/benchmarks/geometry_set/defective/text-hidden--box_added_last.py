from manim import *


class BoxAddedLast(Scene):
    def construct(self):
        words = Text("the main result")
        self.play(Write(words))
        box = Rectangle(width=6, height=1.5, color=GREEN, fill_opacity=1)
        self.play(FadeIn(box))
        self.wait()
