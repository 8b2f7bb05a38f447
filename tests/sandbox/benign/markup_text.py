# ruff: noqa: F403, F405
from manim import *


class MarkupTextScene(Scene):
    def construct(self):
        text = MarkupText('all <span foreground="red" size="x-large">red</span> <b>bold</b> x<sup>2</sup> <u>under</u>')
        paragraph = Paragraph("a paragraph", "of two lines", alignment="center").to_edge(DOWN)
        self.play(FadeIn(text, scale=0.5), run_time=0.3)
        self.play(Write(paragraph), run_time=0.2)
