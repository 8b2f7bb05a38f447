from manim import *


class CurtainInFront(Scene):
    def construct(self):
        answer = Text("42", font_size=96)
        curtain = Rectangle(width=5, height=3, fill_color=BLACK, fill_opacity=1, stroke_width=0)
        self.add(answer, curtain)
        self.wait()
        self.play(curtain.animate.shift(9 * RIGHT))
        self.wait()
