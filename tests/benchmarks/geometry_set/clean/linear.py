from manim import *


class Linear(LinearTransformationScene):
    def construct(self):
        self.apply_matrix([[1, 1], [0, 1]])
        self.wait()
