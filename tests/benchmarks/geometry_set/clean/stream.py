from manim import *


class Stream(Scene):
    def construct(self):
        f = MathTex("f(x)", "=", "x^2")
        f.to_edge(UP)
        ax = Axes(x_range=[-3, 3], y_range=[0, 5], x_length=8, y_length=4).shift(DOWN)
        self.play(Write(f))
        self.play(Create(ax))
        self.play(Create(ax.plot(lambda x: x**2 / 2, color=RED)))
        br = Brace(f[2], DOWN)
        self.play(FadeIn(br))
        self.wait()
        self.play(FadeOut(br))
        self.wait()
