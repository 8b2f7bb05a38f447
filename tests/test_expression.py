"""Expressions from a storyboard are arithmetic, whatever else they claim to be."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from visium_graph.expression import CONSTANTS, FUNCTIONS, parse_expression
from visium_graph.layouts import PlotLayout

HARMLESS = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x^2", "write ** for a power"),
        ("2x", "write 2*x for 2x"),
        ("y + 1", "'y' is neither x nor a constant"),
        ("x(2)", "'x' is not a function"),
        ("sin", "'sin' is neither"),
        ("sin(x, x)", "sin takes 1 argument"),
        ("min(x)", "min takes 2 to 10 arguments"),
        ("log(x, base=2)", "not arithmetic"),
        ("x.real", "not arithmetic"),
        ("x if x else 1", "not arithmetic"),
        ("True", "not arithmetic"),
        ("'x'", "not arithmetic"),
        ("1e300 * x", "too large"),
        ("__import__('os').system('true')", "not arithmetic"),
        ("(lambda: x)()", "not arithmetic"),
        ("(" * 250 + "x" + ")" * 250, "not valid arithmetic"),
        ("x\0", "not valid arithmetic"),
        ("", "not valid arithmetic"),
    ],
)
def test_what_is_not_arithmetic_is_refused_by_name(text, fault):
    with pytest.raises(ValueError, match="expression") as caught:
        parse_expression(text)
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="x0123456789.+-*/%() ,episnloga_[]:'=!<>@", max_size=60))
def test_whatever_passes_holds_nothing_but_arithmetic(text):
    try:
        tree = parse_expression(text)
    except ValueError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            assert isinstance(node, HARMLESS)
        if isinstance(node, ast.Name):
            assert node.id in {"x", *CONSTANTS, *FUNCTIONS}


def test_a_plot_names_the_expression_it_cannot_draw():
    with pytest.raises(ValidationError, match=r"parts\.0\.curve\.expression\n.*'x\^2': write \*\* for a power"):
        PlotLayout.model_validate(
            {
                "kind": "plot",
                "x": {"min": 0, "max": 1},
                "y": {"min": 0, "max": 1},
                "parts": [{"kind": "curve", "id": "c", "expression": "x^2"}],
            }
        )
