# ruff: noqa: F403, F405
from manim import *


class SectionsAndSoundMarkersScene(Scene):
    def construct(self):
        self.next_section("first")
        self.add(Square())
        self.wait(0.1)
        self.next_section("second", skip_animations=False)
        self.add_subcaption("a circle", duration=0.2)
        self.play(Create(Circle()), run_time=0.2, subcaption="drawn")
        self.pause(0.1)
