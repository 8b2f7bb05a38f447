from manim import *


class NextTitleReplacesTheOld(Scene):
    def construct(self):
        title = Text("First chapter").to_edge(UP)
        self.play(Write(title))
        self.wait()
        self.play(ReplacementTransform(title, Text("Second chapter").to_edge(UP)))
        self.wait()
