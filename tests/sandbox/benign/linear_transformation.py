# ruff: noqa: F403, F405
from manim import *


class ShearScene(LinearTransformationScene):
    def __init__(self, **kwargs):
        super().__init__(show_coordinates=True, leave_ghost_vectors=True, **kwargs)

    def construct(self):
        self.apply_matrix([[1, 1], [0, 1]], run_time=0.3)
        self.add_vector([1, 2], animate=False)
        self.wait(0.1)
