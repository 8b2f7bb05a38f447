# ruff: noqa: F403, F405
from manim import *


class CameraMovesScene(MovingCameraScene):
    def construct(self):
        squares = VGroup(*[Square().set_fill(color, 0.5) for color in (RED, GREEN, BLUE)]).arrange()
        self.add(squares)
        self.camera.frame.save_state()
        self.play(self.camera.frame.animate.scale(0.4).move_to(squares[0]), run_time=0.3)
        self.play(Restore(self.camera.frame), run_time=0.2)
        self.play(self.camera.auto_zoom(squares[1:]), run_time=0.2)
