from manim import *


class NodesOverEdges(Scene):
    def construct(self):
        places = [3 * LEFT + DOWN, 2 * UP, 3 * RIGHT + DOWN]
        edges = VGroup(*(Line(places[i], places[(i + 1) % 3]) for i in range(3)))
        nodes = VGroup(*(Circle(radius=0.5, color=TEAL, fill_color=BLACK, fill_opacity=1).move_to(p) for p in places))
        names = VGroup(*(MathTex(n).move_to(p) for n, p in zip("ABC", places, strict=True)))
        self.play(Create(edges))
        self.play(FadeIn(nodes), FadeIn(names))
        self.wait()
