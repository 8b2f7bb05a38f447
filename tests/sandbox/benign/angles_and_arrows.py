# ruff: noqa: F403, F405
from manim import *


class AnglesAndArrowsScene(Scene):
    def construct(self):
        first, second = Line(ORIGIN, RIGHT * 2), Line(ORIGIN, UP + RIGHT)
        angle = Angle(first, second, radius=0.5, other_angle=False)
        self.add(first, second, angle, RightAngle(Line(DOWN, UP), Line(LEFT, RIGHT)), Elbow(angle=PI / 4))
        self.play(
            GrowArrow(Arrow(LEFT, RIGHT)), Create(CurvedDoubleArrow(UP, DOWN)), Create(DashedLine(DL, DR)), run_time=0.3
        )
        self.add(LabeledDot("1"), LabeledArrow("v", start=LEFT, end=DOWN), TangentLine(Circle(), alpha=0.3))
        self.wait(0.1)
