# ruff: noqa: F403, F405
from manim import *


class NumberLineAndVariableScene(Scene):
    def construct(self):
        line = NumberLine(x_range=[0, 10, 2], include_numbers=True, length=8)
        variable = Variable(2.5, MathTex("x"), num_decimal_places=2).to_edge(UP)
        pointer = Triangle().scale(0.1).add_updater(lambda m: m.next_to(line.n2p(variable.tracker.get_value()), UP))
        self.add(line, variable, pointer, Integer(7).to_corner(DL), UnitInterval().to_edge(DOWN))
        self.play(variable.tracker.animate.set_value(8), run_time=0.4)
        self.play(ChangeDecimalToValue(number := DecimalNumber(1), 3), run_time=0.2)
        self.remove(number)
