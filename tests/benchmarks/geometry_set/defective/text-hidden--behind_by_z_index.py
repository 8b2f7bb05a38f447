from manim import *


class BehindByZIndex(Scene):
    def construct(self):
        label = MathTex("x^2", font_size=72)
        square = Square(fill_color=PURPLE, fill_opacity=0.95).set_z_index(2)
        self.add(square, label)
        self.wait()
