from manim import *


class DashedGuides(Scene):
    def construct(self):
        axes = Axes(x_range=[0, 5], y_range=[0, 5], x_length=7, y_length=5, tips=False)
        dot = Dot(axes.c2p(3, 4), color=RED)
        guides = axes.get_lines_to_point(axes.c2p(3, 4))
        self.add(axes)
        self.play(FadeIn(dot), Create(guides), Write(MathTex("(3, 4)").next_to(dot, UR, buff=0.1)))
        self.wait()
