from manim import *


class WhiteOnALightBackground(Scene):
    def construct(self):
        self.camera.background_color = "#EEEEEE"
        formula = MathTex("a + b = b + a")
        self.play(Write(formula))
        self.wait()
