from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visium_graph.export.plain import latex_to_unicode, plain_text


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("a^2 + b^2 = c^2", "a² + b² = c²"),
        (r"\sum_{i=1}^{n} i^2", "∑ᵢ₌₁ⁿ i²"),
        (r"O(n \log n)", "O(n log n)"),
        (r"\frac{dy}{dx}", "dy/dx"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"x \le \sqrt{2}", "x ≤ √2"),
        (r"\theta_{t+1}", "θₜ₊₁"),
        ("H_2O", "H₂O"),
        (r"A^\top", "Aᵀ"),
        ("10^{-3}", "10⁻³"),
        (r"90^\circ", "90°"),
        (r"e^{i\pi}", "e^(iπ)"),
        (r"\lim_{x \to 0} f", "lim x→0 f"),
        (r"\mathbf{w}", "w"),
        (r"\mathbb{R}^n", "ℝⁿ"),
        (r"50\%", "50%"),
    ],
)
def test_formulas(latex: str, expected: str) -> None:
    assert latex_to_unicode(latex) == expected


def test_prose_stands_and_prices_are_no_formulas() -> None:
    assert plain_text("The price is $5,\n and $a^2$ costs \\$3 or $10.") == "The price is $5, and a² costs $3 or $10."


@given(st.text(max_size=80))
def test_any_text_gives_one_line(text: str) -> None:
    assert "\n" not in plain_text(text)
