from manim import *


class VennDiagram(Scene):
    def construct(self):
        left = Circle(radius=1.8, color=BLUE, fill_opacity=0.3).shift(1.1 * LEFT)
        right = Circle(radius=1.8, color=RED, fill_opacity=0.3).shift(1.1 * RIGHT)
        self.play(FadeIn(left), FadeIn(right))
        words = VGroup(
            Text("A", font_size=40).move_to(2 * LEFT),
            Text("B", font_size=40).move_to(2 * RIGHT),
            Text("both", font_size=32),
        )
        self.play(Write(words))
        self.wait()
