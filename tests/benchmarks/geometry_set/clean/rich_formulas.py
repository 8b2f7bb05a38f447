from manim import *


class RichFormulas(Scene):
    def construct(self):
        f = VGroup(
            MathTex(r"\boxed{x = \sqrt{\frac{a}{b}}}"),
            MathTex(r"\underbrace{1 + \dots + 1}_{n}"),
            MathTex(r"\overline{AB} \cancel{x}"),
        ).arrange(DOWN)
        self.play(Write(f))
        self.wait()
