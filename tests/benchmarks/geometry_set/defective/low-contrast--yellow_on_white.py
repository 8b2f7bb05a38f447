from manim import *


class YellowOnWhite(Scene):
    def construct(self):
        card = Rectangle(width=7, height=3, fill_color=WHITE, fill_opacity=1)
        text = Text("a sunny remark", color=YELLOW)
        self.add(card)
        self.play(Write(text))
        self.wait()
