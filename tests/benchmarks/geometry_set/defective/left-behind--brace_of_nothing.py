from manim import *


class BraceOfNothing(Scene):
    def construct(self):
        r = Rectangle(width=4, height=1)
        b = Brace(r, DOWN)
        self.play(Create(r), GrowFromCenter(b))
        self.wait()
        self.play(FadeOut(r))
        self.play(Write(Text("Next").to_edge(UP)))
        self.wait(2)
