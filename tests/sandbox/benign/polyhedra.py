# ruff: noqa: F403, F405
from manim import *


class PolyhedraScene(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=60 * DEGREES, theta=-30 * DEGREES)
        for solid in (Tetrahedron(), Octahedron(), Icosahedron(), Dodecahedron()):
            self.play(FadeIn(solid), run_time=0.3)
            self.remove(solid)
