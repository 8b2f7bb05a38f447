from manim import *


class PointsInAPlane(Scene):
    def construct(self):
        plane = NumberPlane().add_coordinates()
        arrow = Vector([3, 2], color=YELLOW)
        label = MathTex(r"\vec v").next_to(arrow.get_end(), UR, buff=0.1)
        self.add(plane)
        self.play(GrowArrow(arrow), Write(label))
        self.wait()
