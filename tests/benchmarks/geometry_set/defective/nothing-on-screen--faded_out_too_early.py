from manim import *

from visium_graph.stage import Slide


class FadedOutTooEarly(Slide):
    narration = ("The first words are spoken here.", "And now a few more words follow them.")

    def construct(self):
        text = Text("a short visit")
        with self.beat(0):
            self.play(FadeIn(text))
        with self.beat(1):
            self.play(FadeOut(text))
