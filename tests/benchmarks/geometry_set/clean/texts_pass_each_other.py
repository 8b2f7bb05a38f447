from manim import *


class TextsPassEachOther(Scene):
    def construct(self):
        a, b = Text("left").shift(3 * LEFT), Text("right").shift(3 * RIGHT)
        self.add(a, b)
        self.play(a.animate.move_to(3 * RIGHT), b.animate.move_to(3 * LEFT), run_time=2)
        self.wait()
