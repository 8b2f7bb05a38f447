from manim import *


class TwoInAGroup(Scene):
    def construct(self):
        v = VGroup(Text("alpha beta"), Text("gamma delta"))
        self.add(v)
        self.wait()
