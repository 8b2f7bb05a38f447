# ruff: noqa: F403, F405
from manim import *


class GraphOfVerticesScene(Scene):
    def construct(self):
        graph = Graph([1, 2, 3, 4], [(1, 2), (2, 3), (3, 4), (4, 1)], layout="circular", labels=True)
        self.play(Create(graph), run_time=0.3)
        self.play(graph[1].animate.shift(UP), graph.animate.add_edges((1, 3)), run_time=0.3)
