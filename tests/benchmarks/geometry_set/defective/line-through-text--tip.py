from manim import *


class Tip(Scene):
    def construct(self):
        ax = Axes(x_length=12, y_length=7.6)
        t = Text("Lorem").move_to(ax.y_axis.get_end() + 0.1 * DOWN)
        self.add(t, ax)
        self.wait()
