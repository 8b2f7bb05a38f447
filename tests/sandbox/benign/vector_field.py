# ruff: noqa: F403, F405
from manim import *


class VectorFieldScene(Scene):
    def construct(self):
        field = ArrowVectorField(lambda p: np.array([-p[1], p[0], 0]) / 2, x_range=[-3, 3, 1], y_range=[-2, 2, 1])
        self.play(*[GrowArrow(arrow) for arrow in field], run_time=0.3)
        dot = Dot(RIGHT)
        dot.add_updater(field.get_nudge_updater())
        self.add(dot)
        self.wait(0.3)
