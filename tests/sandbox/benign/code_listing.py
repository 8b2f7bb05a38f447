# ruff: noqa: F403, F405
from manim import *


class CodeListingScene(Scene):
    def construct(self):
        listing = Code(code_string="def square(x):\n    return x * x\n", language="python", background="window")
        self.play(Write(listing), run_time=0.3)
        self.play(listing.code_lines[0].animate.set_opacity(0.3), run_time=0.2)
