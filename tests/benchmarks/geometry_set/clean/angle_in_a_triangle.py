from manim import *


class AngleInATriangle(Scene):
    def construct(self):
        corners = [3 * LEFT + 2 * DOWN, 3 * RIGHT + 2 * DOWN, 3 * RIGHT + 2 * UP]
        triangle = Polygon(*corners, color=WHITE)
        angle = Angle(Line(corners[0], corners[1]), Line(corners[0], corners[2]), radius=1.2)
        label = MathTex(r"\alpha").move_to(corners[0] + 1.7 * RIGHT + 0.48 * UP)
        sides = VGroup(MathTex("a").next_to(triangle, RIGHT), MathTex("b").next_to(triangle, DOWN))
        self.play(Create(triangle), Create(angle))
        self.play(Write(label), Write(sides))
        self.wait()
