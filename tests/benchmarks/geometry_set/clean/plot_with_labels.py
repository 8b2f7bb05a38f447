from manim import *


class PlotWithLabels(Scene):
    def construct(self):
        axes = Axes(x_range=[-3, 3], y_range=[-2, 2], x_length=9, y_length=5, axis_config={"include_numbers": True})
        curve = axes.plot(lambda x: np.sin(2 * x), color=BLUE)
        label = axes.get_graph_label(curve, r"\sin 2x", x_val=3, direction=UR)
        self.play(Create(axes), Write(axes.get_axis_labels("x", "y")))
        self.play(Create(curve), FadeIn(label))
        self.wait()
