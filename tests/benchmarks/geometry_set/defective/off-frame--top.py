from manim import *


class Top(Scene):
    def construct(self):
        t = Text("Heading").to_edge(UP).shift(UP)
        self.add(t)
        self.wait()
