from manim import *


class Veil(Scene):
    def construct(self):
        f = MathTex("a^2 + b^2 = c^2")
        self.play(Write(f))
        self.wait()
        veil = FullScreenRectangle(fill_color=BLACK, fill_opacity=0.85, stroke_width=0)
        t = Text("But why?")
        self.play(FadeIn(veil))
        self.play(FadeIn(t))
        self.wait()
