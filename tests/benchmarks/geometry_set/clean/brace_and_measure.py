from manim import *


class BraceAndMeasure(Scene):
    def construct(self):
        bar = Rectangle(width=6, height=1, fill_color=GREEN_E, fill_opacity=0.8)
        brace = BraceLabel(bar, r"\ell = 6", UP)
        self.play(FadeIn(bar), Create(brace))
        self.wait()
