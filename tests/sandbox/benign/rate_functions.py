# ruff: noqa: F403, F405
from manim import *


class RateFunctionsScene(Scene):
    def construct(self):
        dots = VGroup(*[Dot().shift(UP * n) for n in range(-2, 3)])
        rates = (linear, smooth, there_and_back, rush_into, rate_functions.ease_out_bounce)
        self.play(
            *[dot.animate(rate_func=rate).shift(RIGHT * 2) for dot, rate in zip(dots, rates, strict=True)], run_time=0.3
        )
        self.play(ChangeSpeed(dots.animate.shift(LEFT), speedinfo={0.3: 1, 0.5: 0.3}), run_time=0.3)
