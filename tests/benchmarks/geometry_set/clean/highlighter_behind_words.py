from manim import *


class HighlighterBehindWords(Scene):
    def construct(self):
        text = Text("the important part")
        marker = Line(
            text.get_left() + 0.6 * LEFT,
            text.get_right() + 0.6 * RIGHT,
            color=YELLOW,
            stroke_width=70,
            stroke_opacity=0.35,
        )
        marker.set_z_index(-1)
        self.add(text)
        self.play(Create(marker))
        self.wait()
