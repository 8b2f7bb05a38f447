"""The little language of a plotted curve: arithmetic in x, written as in Python, and nothing else.

An expression is parsed and checked here against a white list, so that a storyboard from anywhere can be trusted;
`visium_graph.stage.sampling` evaluates what was checked.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from visium_graph.parsing import parse_expression_tree

__all__ = ["CONSTANTS", "FUNCTIONS", "parse_expression"]

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
"""Names that stand for a number."""

FUNCTIONS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"), (1, 1)),
    **dict.fromkeys(("exp", "log2", "log10", "sqrt", "abs", "floor", "ceil"), (1, 1)),
    "log": (1, 2),
    **dict.fromkeys(("min", "max"), (2, 10)),
}
"""Name -> fewest and most arguments. `log(x)` is the natural logarithm, `log(x, b)` that to the base b."""

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_SIGNS = (ast.UAdd, ast.USub)


def parse_expression(text: str) -> ast.expr:
    """The checked syntax tree of an expression in x.

    Every node is a number, `x`, a constant, an operator of arithmetic or a call of a listed function.

    Raises:
        ValueError: with one line that quotes the expression and says what is wrong with it.

    Example:
        >>> parse_expression("__import__('os')")
        Traceback (most recent call last):
        ...
        ValueError: expression "__import__('os')": no function is called '__import__'
    """
    try:
        tree = parse_expression_tree(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        # The last two: nesting beyond what the parser's stack holds.
        raise ValueError(f"expression {text!r}: not valid arithmetic (write 2*x for 2x, x**2 for a square)") from None
    fault = _fault(tree)
    if fault:
        raise ValueError(f"expression {text!r}: {fault}")
    return tree


def _fault(node: ast.AST) -> str | None:  # noqa: PLR0911  # one case for each kind of node
    """What is wrong with the tree below `node`, or None."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return None if abs(number) < 1e300 else "a number is too large"
        case ast.Name(id=name):
            known = name == "x" or name in CONSTANTS
            return None if known else f"{name!r} is neither x nor a constant ({', '.join(CONSTANTS)})"
        case ast.UnaryOp(op=sign, operand=operand) if isinstance(sign, _SIGNS):
            return _fault(operand)
        case ast.BinOp(op=ast.BitXor()):
            return "write ** for a power, not ^"
        case ast.BinOp(left=left, op=operator, right=right) if isinstance(operator, _OPERATORS):
            return _fault(left) or _fault(right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call_fault(name, arguments)
    return f"{ast.unparse(node)!r} is not arithmetic"


def _call_fault(name: str, arguments: list[ast.expr]) -> str | None:
    if name == "x" or name in CONSTANTS:
        return f"{name!r} is not a function (write {name}*(...) for a product)"
    if name not in FUNCTIONS:
        return f"no function is called {name!r}"
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(arguments) <= most:
        return f"{name} takes {fewest if fewest == most else f'{fewest} to {most}'} argument{'s' * (most > 1)}"
    return next(filter(None, map(_fault, arguments)), None)
