# ruff: noqa: F403, F405
from manim import *


class SceneUpdatersScene(Scene):
    def construct(self):
        squares = VGroup(*[Square(0.5) for _ in range(4)]).arrange()
        self.add(squares)
        self.add_updater(lambda dt: squares.rotate(2 * dt))
        self.wait_until(lambda: self.renderer.time > 0.3, max_time=1)
        turn_animation_into_updater(Rotate(squares, PI, run_time=0.3))
        self.wait(0.3)
