# ruff: noqa: F403, F405
import networkx as nx
from manim import *


class TreeFromNetworkxScene(Scene):
    def construct(self):
        tree = nx.balanced_tree(2, 2)
        drawn = Graph(list(tree.nodes), list(tree.edges), layout="tree", root_vertex=0)
        shortest = nx.shortest_path(tree, 3, 6)
        self.add(drawn)
        self.play(*[drawn.vertices[node].animate.set_color(YELLOW) for node in shortest], run_time=0.3)
