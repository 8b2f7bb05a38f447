from manim import *


class CodeBar(Scene):
    def construct(self):
        code = Code(code_string="a = 1\nb = 2\nc = 3", language="python")
        bar = Rectangle(width=code.width, height=0.4, fill_color=YELLOW, fill_opacity=0.25, stroke_width=0).move_to(
            code.code_lines[1]
        )
        self.add(code)
        self.play(FadeIn(bar))
        self.wait()
