from manim import *


class CodeListing(Scene):
    def construct(self):
        code = Code(
            code_string="def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a",
            language="python",
        )
        self.play(FadeIn(code))
        mark = SurroundingRectangle(code.code_lines[3], color=YELLOW, buff=0.05)
        self.play(Create(mark))
        self.wait()
