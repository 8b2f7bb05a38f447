# ruff: noqa: F403, F405
from manim import *


class ZoomScene(ZoomedScene):
    def __init__(self, **kwargs):
        super().__init__(zoom_factor=0.3, zoomed_display_height=2, zoomed_display_width=3, **kwargs)

    def construct(self):
        dot = Dot().shift(UL)
        self.add(dot, NumberPlane())
        self.zoomed_camera.frame.move_to(dot)
        self.activate_zooming(animate=False)
        self.play(self.zoomed_camera.frame.animate.scale([0.5, 1.5, 0]), run_time=0.3)
