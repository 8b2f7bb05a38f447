# ruff: noqa: F403, F405
from manim import *


class TableOfNumbersScene(Scene):
    def construct(self):
        table = Table(
            [["1", "2"], ["3", "4"]],
            row_labels=[Text("a"), Text("b")],
            col_labels=[Text("x"), Text("y")],
            include_outer_lines=True,
        )
        table.add_highlighted_cell((2, 2), color=GREEN)
        self.play(table.create(run_time=0.3))
        self.add(
            MathTable([["x", "x^2"], ["y", "y^2"]]).scale(0.4).to_corner(DR),
            IntegerTable([[1, 2]]).scale(0.4).to_corner(DL),
        )
        self.wait(0.1)
