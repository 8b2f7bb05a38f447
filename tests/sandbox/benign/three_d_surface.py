# ruff: noqa: F403, F405
from manim import *


class ThreeDSurfaceScene(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=65 * DEGREES, theta=-45 * DEGREES)
        surface = Surface(
            lambda u, v: np.array([u, v, np.sin(u) * np.cos(v)]), u_range=[-2, 2], v_range=[-2, 2], resolution=(8, 8)
        )
        self.add(ThreeDAxes(), surface)
        self.move_camera(theta=0, run_time=0.3)
        self.begin_ambient_camera_rotation(rate=0.5)
        self.wait(0.3)
        self.stop_ambient_camera_rotation()
