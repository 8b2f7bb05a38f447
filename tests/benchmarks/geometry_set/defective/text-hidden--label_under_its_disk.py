from manim import *


class LabelUnderItsDisk(Scene):
    def construct(self):
        label = Text("A")
        disk = Circle(radius=1, color=BLUE, fill_opacity=1)
        self.add(label, disk)
        self.wait()
