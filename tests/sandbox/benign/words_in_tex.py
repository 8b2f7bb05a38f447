# ruff: noqa: F403, F405
from manim import *


class WordsInTexScene(Scene):
    def construct(self):
        title = Title("Words and formulas")
        line = Tex("The area is ", r"$\pi r^2$", " exactly.")
        points = BulletedList("first", "second", "third", height=2).next_to(line, DOWN)
        self.play(Write(title), FadeIn(line), run_time=0.3)
        self.play(points.animate.fade_all_but(1), run_time=0.2)
