from manim import *


class Labeled(Scene):
    def construct(self):
        dots = VGroup(LabeledDot("1", radius=0.4), LabeledDot(Tex("a", color=BLACK), radius=0.4)).arrange(RIGHT, buff=3)
        line = LabeledArrow(Text("go", font_size=30), start=dots[0].get_right(), end=dots[1].get_left())
        self.add(dots, line)
        self.wait()
