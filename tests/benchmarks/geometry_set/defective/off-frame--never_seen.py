from manim import *


class NeverSeen(Scene):
    def construct(self):
        self.add(Text("here"))
        note = Text("nobody will read this").shift(5 * DOWN)
        self.add(note)
        self.wait()
