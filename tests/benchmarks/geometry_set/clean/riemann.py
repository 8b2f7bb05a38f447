from manim import *


class Riemann(Scene):
    def construct(self):
        ax = Axes(x_range=[0, 5], y_range=[0, 6], x_length=8, y_length=5, axis_config={"include_numbers": True})
        g = ax.plot(lambda x: x**2 / 4, color=BLUE)
        r = ax.get_riemann_rectangles(g, x_range=[0, 4], dx=0.5, fill_opacity=0.7)
        self.add(ax)
        self.play(Create(g), Create(r))
        self.wait()
