from manim import *


class CancelledTerms(Scene):
    def construct(self):
        fraction = MathTex(r"\frac{3 x}{5 x}", "=", r"\frac{3}{5}", font_size=80)
        self.add(fraction)
        stroke = Line(fraction[0].get_corner(DL), fraction[0].get_corner(UR), color=RED)
        self.play(Create(stroke))
        self.wait()
