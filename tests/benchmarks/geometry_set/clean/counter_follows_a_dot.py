from manim import *


class CounterFollowsADot(Scene):
    def construct(self):
        tracker = ValueTracker(0)
        line = NumberLine([0, 5, 1], length=9, include_numbers=True)
        dot = always_redraw(lambda: Dot(line.n2p(tracker.get_value()), color=YELLOW))
        number = always_redraw(lambda: DecimalNumber(tracker.get_value()).next_to(dot, UP))
        self.add(line, dot, number)
        self.play(tracker.animate.set_value(5), run_time=2)
        self.wait()
