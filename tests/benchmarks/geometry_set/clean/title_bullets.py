from manim import *


class TitleBullets(Scene):
    def construct(self):
        t = Title("What is new")
        b = BulletedList("First thing", "Second thing", "Third thing")
        self.add(t)
        self.play(Write(b))
        b.fade_all_but(1)
        self.wait()
