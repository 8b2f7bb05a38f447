from manim import *


class GroupedBoxAfter(Scene):
    def construct(self):
        t = Text("inside")
        r = Rectangle(width=4, height=1.5, fill_color=BLUE_E, fill_opacity=1)
        self.add(VGroup(r, t))
        self.wait()
