from manim import *


class Below(Scene):
    def construct(self):
        label = Line(4 * LEFT, 4 * RIGHT, color=BLUE)
        self.add(label)
        self.play(Write(Text("crossed out?")))
        self.wait()
