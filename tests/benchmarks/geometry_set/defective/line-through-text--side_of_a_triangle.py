from manim import *


class SideOfATriangle(Scene):
    def construct(self):
        triangle = Polygon(3 * LEFT + 2 * DOWN, 3 * RIGHT + 2 * DOWN, 2 * UP)
        label = Text("hypotenuse", font_size=36).move_to(1.5 * RIGHT)
        self.play(Create(triangle))
        self.play(Write(label))
        self.wait()
