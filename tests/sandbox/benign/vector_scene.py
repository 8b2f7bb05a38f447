# ruff: noqa: F403, F405
from manim import *


class OneVectorScene(VectorScene):
    def construct(self):
        plane = self.add_plane(animate=False)
        vector = self.add_vector([1, 2], animate=False)
        self.add(self.get_vector_label(vector, "v"), plane.get_axes())
        self.wait(0.2)
