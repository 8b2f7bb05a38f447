# ruff: noqa: F403, F405
import random
from collections import Counter
from statistics import fmean

from manim import *


class ProbabilityAndSamplesScene(Scene):
    def histogram(self):
        rolls = [random.randint(1, 6) for _ in range(200)]
        counts = Counter(rolls)
        label = Text(f"mean {fmean(rolls):.2f}").scale(0.4).to_edge(UP)
        return (
            VGroup(*[Rectangle(height=counts[n] / 40, width=0.3) for n in range(1, 7)])
            .arrange(aligned_edge=DOWN)
            .to_edge(RIGHT)
            .add(label)
        )

    def construct(self):
        space = SampleSpace(height=2, width=2).add_title("space")
        space.divide_horizontally([0.3, 0.7])
        self.play(FadeIn(space), run_time=0.2)
        chart = self.histogram()
        self.play(FadeIn(chart), run_time=0.2)
