# ruff: noqa: F403, F405
from manim import *


class LogAndComplexPlanesScene(Scene):
    def construct(self):
        axes = Axes(x_range=[0, 4, 1], y_range=[-2, 2, 1], y_axis_config={"scaling": LogBase(custom_labels=True)})
        plane = ComplexPlane().add_coordinates().scale(0.4).to_edge(DOWN)
        self.add(axes.scale(0.4).to_edge(UP), plane, Dot(plane.n2p(2 + 1j)))
        self.wait(0.2)
