# ruff: noqa: F403, F405
from manim import *


class UpdatersScene(Scene):
    def construct(self):
        tracker = ValueTracker(0)
        number = DecimalNumber(0).add_updater(lambda m: m.set_value(tracker.get_value()))
        dot = Dot().add_updater(lambda m, dt: m.shift(RIGHT * dt))
        follower = always_redraw(lambda: Line(ORIGIN, dot.get_center() + UP))
        self.add(number.to_edge(UP), dot, follower)
        self.play(tracker.animate.set_value(5), run_time=0.4)
        dot.clear_updaters()
        self.wait(0.1)
