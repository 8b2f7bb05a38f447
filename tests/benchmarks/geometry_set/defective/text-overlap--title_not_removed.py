from manim import *


class TitleNotRemoved(Scene):
    def construct(self):
        title = Text("Part one").to_edge(UP)
        self.play(Write(title))
        self.wait()
        new_title = Text("Part two").to_edge(UP)
        self.play(Write(new_title))
        self.wait()
