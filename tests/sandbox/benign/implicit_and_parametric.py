# ruff: noqa: F403, F405
from manim import *


class ImplicitAndParametricScene(Scene):
    def construct(self):
        plane = NumberPlane()
        ring = plane.plot_implicit_curve(lambda x, y: x**2 + y**2 - 4, color=YELLOW)
        knot = ParametricFunction(lambda t: np.array([np.sin(3 * t), np.sin(2 * t), 0]), t_range=[0, TAU], color=RED)
        spiral = PolarPlane(radius_max=2, size=3).plot_polar_graph(lambda theta: theta / 3, [0, TAU])
        self.play(Create(ring), Create(knot), Create(spiral), run_time=0.4)
