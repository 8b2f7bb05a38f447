from manim import *


class DashedLineThroughATitle(Scene):
    def construct(self):
        title = Text("Convergence").shift(UP)
        guide = DashedLine(6 * LEFT + UP, 6 * RIGHT + UP, color=YELLOW)
        self.add(title)
        self.play(Create(guide))
        self.wait()
