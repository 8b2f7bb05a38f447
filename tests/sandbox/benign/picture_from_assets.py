# ruff: noqa: F403, F405
from manim import *


class PictureFromAssetsScene(Scene):
    def construct(self):
        picture = ImageMobject("assets/picture.png").scale_to_fit_height(3)
        raw = ImageMobject(np.uint8([[0, 100], [200, 255]])).scale(40).to_edge(LEFT)
        raw.set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"])
        self.play(FadeIn(picture), FadeIn(raw), run_time=0.3)
        self.play(picture.animate.shift(RIGHT), run_time=0.2)
