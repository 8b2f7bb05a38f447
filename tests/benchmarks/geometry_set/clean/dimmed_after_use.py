from manim import *


class DimmedAfterUse(Scene):
    def construct(self):
        points = VGroup(*(Text(t) for t in ("Collect the data", "Fit a model", "Check the rest"))).arrange(
            DOWN, aligned_edge=LEFT
        )
        for index, point in enumerate(points):
            before = [p.animate.set_opacity(0.25) for p in points[:index]]
            self.play(FadeIn(point), *before)
            self.wait(0.5)
        self.wait()
