# ruff: noqa: F403, F405
from manim import *


class DirectedGraphScene(Scene):
    def construct(self):
        edges = [("a", "b"), ("b", "c"), ("a", "c")]
        graph = DiGraph(["a", "b", "c"], edges, layout="kamada_kawai", edge_config={("a", "b"): {"stroke_color": RED}})
        self.play(Create(graph), run_time=0.3)
        self.play(graph.animate.change_layout("spring", layout_config={"seed": 1}), run_time=0.3)
