from manim import *


class CodeMadeToFit(Scene):
    def construct(self):
        code = Code(code_string="\n".join(f"value_{i} = compute({i})" for i in range(10)), language="python")
        code.scale_to_fit_width(1.8)
        self.play(FadeIn(code))
        self.wait()
