# ruff: noqa: F403, F405
from manim import *


class ThreeDSolidsScene(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=70 * DEGREES, theta=30 * DEGREES)
        solids = VGroup(Cube(), Sphere(resolution=(6, 6)), Cone(resolution=6), Torus(resolution=(6, 6)), Prism())
        self.add(solids.arrange(RIGHT).scale(0.5))
        label = Text("solids").to_corner(UL)
        self.add_fixed_in_frame_mobjects(label)
        self.play(Rotate(solids, PI / 4), run_time=0.3)
