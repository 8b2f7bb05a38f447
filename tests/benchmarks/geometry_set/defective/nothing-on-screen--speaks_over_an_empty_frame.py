from manim import *

from visium_graph.stage import Slide


class SpeaksOverAnEmptyFrame(Slide):
    narration = ("The first words are spoken here.", "And now a few more words follow them.")

    def construct(self):
        with self.beat(0):
            self.wait(2)
        with self.beat(1):
            self.play(Write(Text("at last")))
