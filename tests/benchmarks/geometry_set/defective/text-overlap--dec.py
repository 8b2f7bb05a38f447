from manim import *


class Dec(Scene):
    def construct(self):
        n = DecimalNumber(3.14159, num_decimal_places=4)
        self.add(n, Text("pi").move_to(n))
        self.wait()
