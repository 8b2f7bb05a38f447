from manim import *


class SqueezedTable(Scene):
    def construct(self):
        table = Table([[str(i * j) for j in range(1, 13)] for i in range(1, 13)]).scale(0.2)
        self.add(table)
        self.wait()
