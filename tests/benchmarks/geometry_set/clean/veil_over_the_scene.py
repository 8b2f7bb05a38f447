from manim import *


class VeilOverTheScene(Scene):
    def construct(self):
        square = Square(side_length=3, color=BLUE, fill_opacity=0.3)
        label = Text("area").move_to(square)
        self.play(Create(square), Write(label))
        self.wait()
