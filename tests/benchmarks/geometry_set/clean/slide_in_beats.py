from manim import *

from visium_graph.stage import Slide


class SlideInBeats(Slide):
    narration = ("The first words are spoken here.", "And now a few more words follow them.")

    def construct(self):
        title = self.title("The plan")
        with self.beat(0) as beat:
            self.play(Write(title), run_time=0.5 * beat.duration)
        with self.beat(1):
            points = VGroup(self.rich("first, the idea"), self.rich("then, the proof $p$")).arrange(DOWN)
            self.play(FadeIn(points))
        self.leave()
