from manim import *


class PlaneLabelBg(Scene):
    def construct(self):
        plane = NumberPlane()
        t = Text("any point").add_background_rectangle()
        self.add(plane, t)
        self.wait()
