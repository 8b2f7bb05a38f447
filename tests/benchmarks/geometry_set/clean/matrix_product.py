from manim import *


class MatrixProduct(Scene):
    def construct(self):
        matrix = Matrix([[2, 0], [1, 3]])
        vector = Matrix([["x"], ["y"]])
        result = Matrix([["2x"], ["x + 3y"]])
        row = VGroup(matrix, vector, MathTex("="), result).arrange(RIGHT)
        self.play(Write(row))
        brace = Brace(matrix, DOWN)
        self.play(GrowFromCenter(brace), FadeIn(brace.get_text("linear map")))
        self.wait()
