from manim import *


class OldShapeAcrossANewOne(Scene):
    def construct(self):
        square = Square(side_length=3, color=BLUE)
        label = Text("area 9").next_to(square, DOWN)
        self.play(Create(square), Write(label))
        self.wait()
        self.play(FadeOut(label))
        ring = Circle(radius=1.5, color=RED).shift(1.2 * RIGHT)
        self.play(Create(ring))
        self.wait(2)
