# ruff: noqa: F403, F405
from manim import *


class BackgroundAndBordersScene(Scene):
    def construct(self):
        self.camera.background_color = WHITE
        text = Text("dark on light", color=BLACK).add_background_rectangle(color=YELLOW)
        self.add(ScreenRectangle(height=3), FullScreenRectangle(), text, SurroundingRectangle(text, buff=0.2))
        self.play(text.animate.set_color_by_gradient(RED, BLUE), Create(Underline(text)), run_time=0.3)
