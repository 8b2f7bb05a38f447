from manim import *


class ArrowWithoutItsEnds(Scene):
    def construct(self):
        first, second = Text("before").shift(3 * LEFT), Text("after").shift(3 * RIGHT)
        arrow = Arrow(first.get_right(), second.get_left())
        self.play(Write(first), Write(second), GrowArrow(arrow))
        self.wait()
        self.play(FadeOut(first), FadeOut(second))
        self.play(Write(Text("A new topic").to_edge(UP)))
        self.wait(2)
