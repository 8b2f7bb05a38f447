from manim import *


class LabelOnBackgroundOverACurve(Scene):
    def construct(self):
        axes = Axes(x_range=[-3, 3], y_range=[-1, 5], x_length=8, y_length=5)
        curve = axes.plot(lambda x: x**2 / 2, color=BLUE)
        label = MathTex("x^2/2").move_to(curve.point_from_proportion(0.8))
        label.add_background_rectangle(opacity=1, buff=0.1)
        self.add(axes, curve)
        self.play(FadeIn(label))
        self.wait()
