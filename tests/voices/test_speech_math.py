from __future__ import annotations

import pytest

from visium_graph.voices.speech_math import say_latex

FORMULAS = [
    (r"a^2+b^2=c^2", "A squared plus b squared equals c squared"),
    (r"f(x)=x^2", "f of x equals x squared"),
    (r"f'(x)", "f prime of x"),
    (r"f^{-1}(x)", "f inverse of x"),
    (r"O(n \log n)", "big O of n log n"),
    (r"\Theta(n^2)", "big theta of n squared"),
    (r"\sum_{i=1}^{n} i^2", "the sum from i equals one to n of i squared"),
    (r"\sum_{x\in X} p(x)", "the sum over x in X of p of x"),
    (r"\prod_{k=1}^n k", "the product from k equals one to n of k"),
    (r"\int_0^1 x^2\,dx", "the integral from zero to one of x squared d x"),
    (r"\lim_{x \to 0} \frac{\sin x}{x} = 1", "the limit as x approaches zero of sine x over x equals one"),
    (r"\frac{1}{2}", "one half"),
    (r"\frac{3}{4}", "three quarters"),
    (r"\frac{n}{2}", "n over two"),
    (r"\frac{a+b}{2c}", "A plus b, all over two c"),
    (r"\frac{1}{1+x}", "one over the quantity one plus x"),
    (r"\frac{n(n+1)}{2}", "n times the quantity n plus one, all over two"),
    (
        r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}",
        "minus b plus or minus the square root of b squared minus four A c, all over two A",
    ),
    (r"\frac{dy}{dx}", "the derivative of y with respect to x"),
    (r"\frac{d}{dx}x^2", "the derivative with respect to x of x squared"),
    (r"\frac{d^2y}{dx^2}", "the second derivative of y with respect to x"),
    (r"\frac{\partial f}{\partial x}", "the partial derivative of f with respect to x"),
    (r"\sqrt[3]{x}", "the cube root of x"),
    (r"(a+b)^2 = 0", "A plus b, all squared, equals zero"),
    (r"2(x+1)", "two times the quantity x plus one"),
    (r"\mathrm{softmax}(z)", "softmax of z"),
    (r"QK^\top", "Q K transpose"),
    (r"A^{-1}", "A inverse"),
    (r"10^{-3}", "ten to the minus three"),
    (r"x^4", "x to the fourth"),
    (r"e^{i\pi}+1=0", "e to the i pi plus one equals zero"),
    (r"x^{n+1}", "x to the power n plus one"),
    (r"x^{(k)}", "x superscript k"),
    (r"n^{\text{th}}", "nth"),
    (r"x_1, x_2, \ldots, x_n", "x sub one, x sub two, and so on up to x sub n"),
    (r"1+2+\cdots+n", "one plus two, and so on up to n"),
    (r"x \in [0,1]", "x in the interval from zero to one"),
    (r"\mathbb{R}^{m\times n}", "R m by n"),
    (r"x \in \mathbb{N}", "x in the natural numbers"),
    (r"P(A \mid B)", "P of A given B"),
    (r"P(A|B)", "P of A given B"),
    (r"\mathbb{E}[X]", "the expected value of X"),
    (r"\Pr(X=1)", "the probability that X equals one"),
    (r"X\sim N(0,1)", "X is distributed as N of zero, one"),
    (r"|x| + \|v\|", "the absolute value of x plus the norm of v"),
    (r"|A|", "the size of A"),
    (r"\lfloor x \rfloor", "the floor of x"),
    (r"\langle u, v \rangle", "the inner product of u and v"),
    (r"\{x \mid x>0\}", "the set of x such that x is greater than zero"),
    (r"n!", "n factorial"),
    (r"\binom{n}{k}", "n choose k"),
    (r"\log_2 n", "log base two of n"),
    (r"\sin^{-1} x", "inverse sine x"),
    (r"f: A\to B", "f from A to B"),
    (r"x \to 0", "x goes to zero"),
    (r"\nabla L", "the gradient of L"),
    (r"\nabla \cdot E", "the divergence of E"),
    (r"\hat{y} \ne \vec{v}", "y hat is not equal to vector v"),
    (r"5\,\mathrm{m/s^2}", "five metres per second squared"),
    (r"90^\circ", "ninety degrees"),
    (r"1{,}000", "one thousand"),
    (r"\$5", "five dollars"),
    (r"\ce{H2O}", "H two O"),
    (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "the two by two matrix with rows A, b, then c, d"),
    (r"\begin{cases} x & x>0 \\ 0 & \text{otherwise} \end{cases}", "x if x is greater than zero, zero otherwise"),
    (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "A equals b, equals c"),
    (r"\boxed{\color{red}{x}}", "x"),
    ("", ""),
]


@pytest.mark.parametrize(("latex", "words"), FORMULAS, ids=[latex for latex, _ in FORMULAS])
def test_formulas_as_a_lecturer_says_them(latex: str, words: str) -> None:
    assert say_latex(latex, "en", str) == words


def test_what_is_no_latex_still_gives_words() -> None:
    assert "foo" in say_latex(r"\foo{x}", "en", str)
    assert say_latex(r"\frac{", "en", str) == "over"


def test_the_words_inside_text_go_through_prose() -> None:
    assert say_latex(r"x \text{ IF }", "en", str.lower) == "x  if".replace("  ", " ")
