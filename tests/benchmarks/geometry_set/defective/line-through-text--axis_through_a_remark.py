from manim import *


class AxisThroughARemark(Scene):
    def construct(self):
        axes = Axes(x_range=[-3, 3], y_range=[-2, 2], x_length=10, y_length=6)
        remark = Text("symmetric about zero", font_size=36)
        self.add(axes)
        self.play(Write(remark))
        self.wait()
