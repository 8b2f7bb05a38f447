from manim import *


class TableOfValues(Scene):
    def construct(self):
        table = Table([["1", "1"], ["2", "4"], ["3", "9"]], col_labels=[Text("n"), Text("n squared")]).scale(0.8)
        self.play(Create(table))
        self.play(table.get_rows()[2].animate.set_color(YELLOW))
        self.add(SurroundingRectangle(table.get_rows()[3]))
        self.wait()
