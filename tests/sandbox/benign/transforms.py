# ruff: noqa: F403, F405
from manim import *


class TransformsScene(Scene):
    def construct(self):
        square = Square()
        self.add(square)
        self.play(Transform(square, Circle()), run_time=0.2)
        self.play(ReplacementTransform(square, triangle := Triangle()), run_time=0.2)
        self.play(TransformMatchingShapes(Text("listen"), word := Text("silent")), run_time=0.2)
        self.play(FadeTransform(word, Star()), ClockwiseTransform(triangle, Dot()), run_time=0.2)
        self.play(Homotopy(lambda x, y, z, t: (x, y + t * np.sin(x), z), Line(LEFT * 3, RIGHT * 3)), run_time=0.2)
