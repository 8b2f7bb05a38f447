from manim import *


class ArrowFromCentreToCentre(Scene):
    def construct(self):
        cause = Text("cause").shift(3 * LEFT)
        effect = Text("effect").shift(3 * RIGHT)
        arrow = Arrow(cause.get_center(), effect.get_center(), buff=0)
        self.add(cause, effect)
        self.play(GrowArrow(arrow))
        self.wait()
