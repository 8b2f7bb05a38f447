"""Ticks of an axis: round numbers, few enough to read, and how they are written."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

__all__ = ["tick_label", "tick_step", "tick_values"]


def tick_step(low: float, high: float, count: float, asked: float | None = None) -> float:
    """A round step with at most about `count` intervals: 1, 2 or 5 times a power of ten.

    Where a step is asked for it is used, or the smallest round multiple of it that is coarse enough.
    """
    coarse = (high - low) / max(count, 1.0)
    if asked is not None:
        return asked * (1 if asked >= coarse * (1 - 1e-9) else _round_up(coarse / asked))
    return _round_up(coarse)


def _round_up(value: float) -> float:
    """The smallest of 1, 2, 5, 10, ... at or above the value."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9))


def tick_values(low: float, high: float, step: float) -> list[float]:
    """Multiples of the step within the range, both ends included."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(number * step) for number in range(first, last + 1)]


def tick_label(value: float, step: float) -> str:
    r"""The number as rich text, with the decimals that the step has.

    Groups of three digits are parted from 10,000 on, so that years stay years. Steps that are a fraction of pi are written as such; very large and very small numbers as powers of ten.

    Example:
        >>> tick_label(15000, 500), tick_label(0.5, 0.25), tick_label(np.pi / 2, np.pi / 2)
        ('15,000', '0.50', '$\\frac{\\pi}{2}$')
    """
    share = Fraction(step / math.pi).limit_denominator(12)
    if 0 < share.numerator <= 12 and abs(step - share * math.pi) < 1e-6 * step:
        return _times_pi(Fraction(value / math.pi).limit_denominator(12))
    if abs(value) < step * 1e-6:
        return "0"
    if step >= 1e6 or step < 1e-4:
        power = math.floor(math.log10(step) + 1e-9)
        digits = np.format_float_positional(value / 10**power, precision=3, trim="-")
        return f"${digits} \\cdot 10^{{{power}}}$"
    decimals = next(count for count in range(8) if abs(round(step, count) - step) < 1e-6 * step)
    text = f"{value:,.{decimals}f}" if abs(value) >= 10000 else f"{value:.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _times_pi(share: Fraction) -> str:
    if share == 0:
        return "0"
    sign, over = "-" if share < 0 else "", abs(share.numerator)
    top = r"\pi" if over == 1 else rf"{over}\pi"
    return f"${sign}{top}$" if share.denominator == 1 else rf"${sign}\frac{{{top}}}{{{share.denominator}}}$"
