from manim import *


class DarkTextOnALightCard(Scene):
    def construct(self):
        card = RoundedRectangle(width=6, height=2.4, fill_color=WHITE, fill_opacity=1)
        text = Text("black on white", color=BLACK)
        self.play(FadeIn(card))
        self.play(Write(text))
        self.wait()
