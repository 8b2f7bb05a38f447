# ruff: noqa: F403, F405
import heapq
import itertools
import json
import math
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from manim import *


@dataclass
class Node:
    name: str
    children: list["Node"] = field(default_factory=list)

    def names(self):
        return [self.name, *itertools.chain.from_iterable(child.names() for child in self.children)]


class StandardLibraryScene(Scene):
    def construct(self):
        words = [f"{day:%d %b}" for day in (date(2024, 1, 1) + timedelta(days=n) for n in range(3))]
        pairs = list(itertools.combinations(words, 2))
        best = max(pairs, key=lambda pair: math.dist((len(pair[0]), 0), (0, len(pair[1]))))
        tree = Node(best[0], [Node(best[1]), Node(json.loads('{"x": [1, 2]}')["x"].__str__())])
        self.play(FadeIn(VGroup(*[Text(name) for name in tree.names()]).arrange(DOWN)), run_time=0.2)
        self.add(
            Text(re.sub(r"\s+", " ", f"{Fraction(1, 3)} {Decimal('0.10')} {heapq.nsmallest(1, [3, 1])}")).to_edge(DOWN)
        )
        self.wait(0.1)
