from manim import *


class CardCoversWhatWasSaid(Scene):
    def construct(self):
        first = Text("What we know so far")
        self.play(Write(first))
        self.wait()
        card = Rectangle(width=9, height=3, fill_color=BLUE_E, fill_opacity=1, stroke_color=WHITE)
        words = Text("Now for the surprise")
        self.play(FadeIn(card), FadeIn(words))
        self.wait()
