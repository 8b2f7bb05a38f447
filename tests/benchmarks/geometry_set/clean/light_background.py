from manim import *


class LightBackground(Scene):
    def construct(self):
        self.camera.background_color = "#F5F2E8"
        title = Text("Ink on paper", color="#222222").to_edge(UP)
        formula = MathTex(r"\int_0^1 x\,dx = \tfrac12", color="#7A1F1F")
        self.play(Write(title), Write(formula))
        self.wait()
