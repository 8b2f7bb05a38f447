"""Whether what a planned plot draws can be seen between its axes."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping

from visium_graph.expression import CONSTANTS, FUNCTIONS, parse_expression
from visium_graph.layouts import Curve, DataArea, DataLine, DataSeries, PlotLayout

__all__ = ["parts_out_of_view"]

_SAMPLES = 200
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_BUILT_IN: Mapping[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    name: _BUILT_IN[name] if name in _BUILT_IN else getattr(math, name) for name in FUNCTIONS
}


def parts_out_of_view(plot: PlotLayout) -> Iterator[str]:
    """Parts that lie wholly outside the axes, each as a sentence."""
    curves = {part.id: part for part in plot.parts if isinstance(part, Curve)}
    for part in plot.parts:
        if isinstance(part, Curve):
            points = _points(part, part.domain or (plot.x.min, plot.x.max))
        elif isinstance(part, DataArea):
            points = _points(curves[part.under], part.domain)
        elif isinstance(part, DataSeries):
            points = list(part.points)
        elif isinstance(part, DataLine):
            points = [_between(part, step / _SAMPLES) for step in range(_SAMPLES + 1)]
        else:
            continue  # a point outside the axes breaks a rule of its layout
        if not any(plot.x.min <= x <= plot.x.max and plot.y.min <= y <= plot.y.max for x, y in points):
            span = f"x from {plot.x.min:g} to {plot.x.max:g}, y from {plot.y.min:g} to {plot.y.max:g}"
            yield f"{part.kind} {part.id!r} is nowhere within the axes ({span}): change its numbers or the ranges"


def _points(curve: Curve, domain: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of a curve where it has a value."""
    tree = parse_expression(curve.expression)
    start, end = domain
    found = []
    for step in range(_SAMPLES + 1):
        x = start + (end - start) * step / _SAMPLES
        try:
            y = _value(tree, x)
        except (ArithmeticError, ValueError, TypeError):  # the last: a root of a negative number is complex
            continue
        if not isinstance(y, complex) and math.isfinite(y):
            found.append((x, y))
    return found


def _value(node: ast.AST, x: float) -> float:
    """The value of a checked expression. All numbers are floats: a tower of powers overflows and is not computed."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return x if name == "x" else CONSTANTS[name]
        case ast.UnaryOp(op=sign, operand=operand):
            return -_value(operand, x) if isinstance(sign, ast.USub) else _value(operand, x)
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_value(left, x), _value(right, x))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return float(_FUNCTIONS[name](*(_value(argument, x) for argument in arguments)))
    raise TypeError(ast.dump(node))  # nothing else passes the parser


def _between(line: DataLine, share: float) -> tuple[float, float]:
    (x0, y0), (x1, y1) = line.start, line.end
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
