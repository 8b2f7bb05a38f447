# ruff: noqa: F403, F405
from pathlib import Path

from manim import *


class DrawingFromSvgScene(Scene):
    def construct(self):
        path = Path("drawing.svg")
        path.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><g id="all"><circle cx="5" cy="5" r="4" fill="#36c"/>'
            '<path d="M2 5 Q5 0 8 5 T2 8 Z" fill="none" stroke="red"/><rect x="1" y="1" width="3" height="2" rx="1"/></g></svg>'
        )
        drawing = SVGMobject(str(path)).scale(1.5)
        self.play(DrawBorderThenFill(drawing), run_time=0.4)
        self.play(drawing.animate.rotate(PI / 6), run_time=0.2)
