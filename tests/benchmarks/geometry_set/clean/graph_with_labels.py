from manim import *


class GraphWithLabels(Scene):
    def construct(self):
        graph = Graph(
            [1, 2, 3, 4], [(1, 2), (2, 3), (3, 4), (4, 1), (1, 3)], layout="circular", labels=True, layout_scale=2.5
        )
        self.play(Create(graph))
        self.wait()
