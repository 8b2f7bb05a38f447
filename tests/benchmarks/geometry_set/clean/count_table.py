from manim import *


class CountTable(Scene):
    def construct(self):
        t = MathTable([[1, 2], [3, 4]], include_outer_lines=True)
        t.add_highlighted_cell((2, 2), color=BLUE_E)
        self.add(t)
        self.wait()
