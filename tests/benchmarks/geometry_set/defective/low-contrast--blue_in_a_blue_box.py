from manim import *


class BlueInABlueBox(Scene):
    def construct(self):
        box = RoundedRectangle(width=5, height=2, color=BLUE_D, fill_opacity=1)
        text = Text("same colour", color=BLUE_C).move_to(box)
        self.play(FadeIn(box), Write(text))
        self.wait()
