# ruff: noqa: F403, F405
from manim import *


class MatricesScene(Scene):
    def construct(self):
        matrix = Matrix([[1, r"\pi"], [-1, 0]])
        entries = DecimalMatrix([[1.5, 2.25]], element_to_mobject_config={"num_decimal_places": 1}).next_to(matrix)
        self.play(Write(matrix), run_time=0.3)
        self.add(
            entries,
            SurroundingRectangle(matrix.get_columns()[0]),
            get_det_text(matrix.copy().to_edge(UP), determinant=3),
        )
        self.wait(0.1)
