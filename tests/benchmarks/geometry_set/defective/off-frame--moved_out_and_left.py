from manim import *


class MovedOutAndLeft(Scene):
    def construct(self):
        text = Text("watch me")
        self.play(FadeIn(text))
        self.play(text.animate.shift(6.5 * RIGHT))
        self.wait()
