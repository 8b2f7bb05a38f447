from manim import *


class EndBlack(Scene):
    def construct(self):
        t = Text("bye")
        self.play(Write(t))
        self.wait()
        self.play(FadeOut(t))
        self.wait(2)
