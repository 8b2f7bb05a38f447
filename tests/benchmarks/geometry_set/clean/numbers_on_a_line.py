from manim import *


class NumbersOnALine(Scene):
    def construct(self):
        line = NumberLine([0, 10, 1], length=11, include_numbers=True)
        dot = Dot(line.n2p(4), color=YELLOW)
        label = MathTex("x = 4").next_to(dot, UP)
        self.play(Create(line))
        self.play(FadeIn(dot), Write(label))
        self.play(dot.animate.move_to(line.n2p(7)), label.animate.next_to(line.n2p(7), UP))
        self.wait()
