from manim import *


class FootnoteSize(Scene):
    def construct(self):
        self.add(Text("A title").to_edge(UP))
        note = Text("the details that nobody can read in the back row", font_size=9)
        self.play(Write(note))
        self.wait()
