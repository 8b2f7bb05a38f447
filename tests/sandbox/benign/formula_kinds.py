# ruff: noqa: F403, F405
from manim import *


class FormulaKindsScene(Scene):
    def construct(self):
        rows = (
            VGroup(
                MathTex(r"\int_0^1 x^2\,dx = \frac{1}{3}"),
                MathTex(r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}"),
                MathTex(r"\sqrt[3]{\frac{a}{b}} \ne \lim_{n \to \infty} \sum_{k=1}^n \binom{n}{k}"),
                MathTex(r"f(x) = \begin{cases} x & x > 0 \\ -x & x \le 0 \end{cases}"),
            )
            .arrange(DOWN)
            .scale(0.6)
        )
        self.play(Write(rows), run_time=0.4)
