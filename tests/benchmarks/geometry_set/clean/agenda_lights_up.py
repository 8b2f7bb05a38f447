from manim import *


class AgendaLightsUp(Scene):
    def construct(self):
        points = VGroup(*(Text(t, fill_opacity=0.2) for t in ("Idea", "Proof", "Use"))).arrange(DOWN, buff=0.8)
        self.add(points)
        self.wait()
        for point in points:
            self.play(point.animate.set_opacity(1))
            self.wait(0.5)
