from manim import *


class MovingBox(Scene):
    def construct(self):
        words = VGroup(*(Text(w) for w in ("one", "two", "three"))).arrange(RIGHT, buff=1)
        box = SurroundingRectangle(words[0])
        self.add(words, box)
        for w in words[1:]:
            self.play(Transform(box, SurroundingRectangle(w)))
            self.wait(0.5)
        self.wait()
