from manim import *


class TextWiderThanItsBox(Scene):
    def construct(self):
        box = Rectangle(width=3, height=1.2)
        text = Text("overflowing words").move_to(box)
        self.add(box, text)
        self.wait()
