"""Graphs of functions as polylines: broken where the function is undefined or jumps, cut to the plot's y range."""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from visium_graph.expression import CONSTANTS, parse_expression

__all__ = ["Function", "Values", "clip_polyline", "compile_expression", "sample_graph"]

Values = NDArray[np.float64]
Function = Callable[[Values], Values]

_UNARY: dict[str, Callable[[Values], Values]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
}
_BINARY: dict[type[ast.operator], Callable[[Values, Values], Values]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}


def compile_expression(text: str) -> Function:
    """A function of an array of x, NaN or infinite where the expression has no value.

    Everything is computed in 64-bit floats, so a tower of powers ends in infinity, not in a long wait.

    Raises:
        ValueError: the expression is not arithmetic in x (see `parse_expression`).

    Example:
        >>> compile_expression("x**2 / 2")(np.array([2.0, 4.0])).tolist()
        [2.0, 8.0]
    """
    tree = parse_expression(text)

    def function(x: Values) -> Values:
        with np.errstate(all="ignore"):
            return np.broadcast_to(_evaluate(tree, np.asarray(x, dtype=float)), np.shape(x)).astype(float)

    return function


def _evaluate(node: ast.expr, x: Values) -> Values:
    match node:
        case ast.Constant(value=int() | float() as number):
            return np.array(float(number))
        case ast.Name(id=name):
            return x if name == "x" else np.array(CONSTANTS[name])
        case ast.UnaryOp(op=sign, operand=operand):
            return (-1.0 if isinstance(sign, ast.USub) else 1.0) * _evaluate(operand, x)
        case ast.BinOp(left=left, op=operator, right=right):
            return _BINARY[type(operator)](_evaluate(left, x), _evaluate(right, x))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_evaluate(argument, x) for argument in arguments])
    raise TypeError(f"{ast.unparse(node)} was never checked")


def _call(name: str, arguments: list[Values]) -> Values:
    if name in ("min", "max"):
        return functools.reduce(np.minimum if name == "min" else np.maximum, arguments)
    if len(arguments) == 2:  # log(x, base)
        return np.log(arguments[0]) / np.log(arguments[1])
    return _UNARY[name](arguments[0])


def sample_graph(
    function: Function, domain: tuple[float, float], y_range: tuple[float, float], count: int = 400
) -> list[Values]:
    """The visible pieces of the graph over `domain`, each an array of shape (n, 2), n >= 2, in data units.

    A piece ends where the function stops being defined (the end is found to float precision, so that sqrt(x) starts
    at 0), where it jumps, and where it leaves `y_range`.
    """
    x = np.linspace(*domain, count)
    pieces: list[Values] = []
    current: list[tuple[float, float]] = []
    y = function(x)
    for i in range(count):
        here = (float(x[i]), float(y[i]))
        if i > 0:
            before, after = _between(function, (float(x[i - 1]), float(y[i - 1])), here, y_range)
            current.extend(before)
            if after is not None:
                pieces.append(np.array(current))
                current = after
        if np.isfinite(here[1]):
            current.append(here)
    pieces.append(np.array(current))
    visible = (part for piece in pieces if len(piece) > 1 for part in clip_polyline(piece, y_range))
    return [part for part in visible if np.ptp(part, axis=0).max() > 0]


Sample = tuple[float, float]


def _between(
    function: Function, left: Sample, right: Sample, y_range: tuple[float, float]
) -> tuple[list[Sample], list[Sample] | None]:
    """Samples to add between two neighbours: those that end the left piece, and those that begin the next.

    The second is None where the graph runs through.
    """
    defined = np.isfinite(left[1]), np.isfinite(right[1])
    if not any(defined):
        return [], None
    if not all(defined):
        edge = _bisect(function, left, right, lambda middle: bool(np.isfinite(middle)) == defined[0])
        return ([edge[0]], []) if defined[0] else ([], [edge[1]])
    height = y_range[1] - y_range[0]
    if abs(right[1] - left[1]) < 0.05 * height:
        return [], None
    # Halve towards the larger step: a jump keeps its height, a steep slope loses it.
    lower, upper = left, right
    for _ in range(60):
        middle = 0.5 * (lower[0] + upper[0])
        if not lower[0] < middle < upper[0]:
            break
        value = float(function(np.array([middle]))[0])
        if not np.isfinite(value):  # a pole met exactly
            return _step_off(function, left, middle), _step_off(function, right, middle)[::-1]
        if abs(value - lower[1]) > abs(upper[1] - value):
            upper = (middle, value)
        else:
            lower = (middle, value)
    if abs(upper[1] - lower[1]) < 0.01 * height:
        return _refine(function, left, right), None
    return ([lower] if lower != left else []), ([upper] if upper != right else [])


def _bisect(
    function: Function, left: Sample, right: Sample, like_left: Callable[[float], bool]
) -> tuple[Sample, Sample]:
    """The narrowest bracket around the place where `like_left` turns false."""
    for _ in range(60):
        middle = 0.5 * (left[0] + right[0])
        if not left[0] < middle < right[0]:
            break
        value = float(function(np.array([middle]))[0])
        if like_left(value):
            left = (middle, value)
        else:
            right = (middle, value)
    return left, right


def _step_off(function: Function, start: Sample, pole: float) -> list[Sample]:
    """Samples from `start` towards a pole, ever closer, so that the graph runs out of the frame."""
    x = np.array([pole + (start[0] - pole) * 0.5**k for k in range(1, 12)])
    y = function(x)
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True) if np.isfinite(b)]


def _refine(function: Function, left: Sample, right: Sample, count: int = 16) -> list[Sample]:
    x = np.linspace(left[0], right[0], count + 2)[1:-1]
    y = function(x)
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True) if np.isfinite(b)]


def clip_polyline(points: Values, y_range: tuple[float, float]) -> Iterator[Values]:
    """The parts of a polyline, shape (n, 2), that lie within `y_range`, cut exactly at its edge."""
    low, high = y_range
    current: list[Values] = []
    for start, end in itertools.pairwise(points):
        rise = end[1] - start[1]
        if abs(rise) < 1e-12 * (high - low):  # level, as far as a picture can show
            rise = 0.0
        # Parameters at which the segment crosses the two edges, in order.
        crossings = sorted((edge - start[1]) / rise for edge in (low, high)) if rise else [0.0, 1.0]
        first, last = max(crossings[0], 0.0), min(crossings[1], 1.0)
        outside = first > last or (not rise and not low <= start[1] <= high)
        if outside or first > 0:
            if len(current) > 1:
                yield np.array(current)
            current = []
        if outside:
            continue
        if not current:
            current = [start + first * (end - start)]
        current.append(start + last * (end - start))
        if last < 1:
            yield np.array(current)
            current = []
    if len(current) > 1:
        yield np.array(current)
