from manim import *


class OldAndNew(Scene):
    def construct(self):
        a = VGroup(Square(), Text("S").next_to(Square(), DOWN))
        self.play(Create(a))
        self.wait()
        self.play(FadeOut(a))
        b = Circle()
        self.play(Create(b))
        self.wait()
