from manim import *


class CaptionOnTheEdge(Scene):
    def construct(self):
        self.add(Square())
        caption = Text("a caption", font_size=30).to_edge(DOWN, buff=0.02)
        self.add(caption)
        self.wait()
