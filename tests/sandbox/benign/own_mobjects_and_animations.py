# ruff: noqa: F403, F405
from manim import *


class Gear(VMobject):
    def __init__(self, teeth, **kwargs):
        super().__init__(**kwargs)
        radii = [1, 1.3] * teeth
        corners = [
            r * np.array([np.cos(a), np.sin(a), 0])
            for r, a in zip(radii, np.linspace(0, TAU, 2 * teeth, endpoint=False), strict=True)
        ]
        self.set_points_as_corners([*corners, corners[0]])


class Spin(Animation):
    def interpolate_mobject(self, alpha):
        self.mobject.become(self.starting_mobject.copy().rotate(alpha * PI))


class OwnMobjectsAndAnimationsScene(Scene):
    def construct(self):
        gear = Gear(8, color=BLUE)
        self.play(Spin(gear), run_time=0.3)
        self.play(gear.animate.set_fill(YELLOW, 1), run_time=0.2)
