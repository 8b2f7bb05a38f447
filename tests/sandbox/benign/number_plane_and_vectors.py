# ruff: noqa: F403, F405
from manim import *


class NumberPlaneAndVectorsScene(Scene):
    def construct(self):
        plane = NumberPlane(x_range=[-3, 3], y_range=[-2, 2])
        arrow = Vector([2, 1], color=YELLOW)
        self.play(Create(plane), GrowArrow(arrow), run_time=0.3)
        self.play(ApplyMatrix([[1, 1], [0, 1]], plane), run_time=0.3)
        self.play(
            plane.animate.prepare_for_nonlinear_transform().apply_function(lambda p: p + 0.2 * np.sin(p)), run_time=0.3
        )
