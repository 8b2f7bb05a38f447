# ruff: noqa: F403, F405
from manim import *


class EmptyScene(Scene):
    def construct(self):
        pass
