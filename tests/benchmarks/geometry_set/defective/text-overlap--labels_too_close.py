from manim import *


class LabelsTooClose(Scene):
    def construct(self):
        axes = Axes(x_range=[0, 4], y_range=[0, 4], x_length=6, y_length=5)
        dots = VGroup(Dot(axes.c2p(2, 2)), Dot(axes.c2p(2.2, 2.1)))
        labels = VGroup(
            *(
                MathTex(t).next_to(d, UR, buff=0.1)
                for t, d in zip(("P_1 = (2, 2)", "P_2 = (2.2, 2.1)"), dots, strict=True)
            )
        )
        self.add(axes, dots, labels)
        self.wait()
