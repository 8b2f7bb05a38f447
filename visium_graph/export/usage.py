"""What models took, for people: numbers of tokens and of dollars, and a small table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from visium_graph.models.usage import Sum, Usage

__all__ = ["Row", "dollars", "parse_usage", "roles_in_order", "tidied", "usage_lines"]

_ROLES = ("script", "director", "coder", "reviewer", "voice")
_HEAD = ("models", "calls", "tokens in", "tokens out", "cost", "seconds")
_UNKNOWN = "unknown"
_USAGE = TypeAdapter(Usage)

Row = tuple[str, ...]


def usage_lines(usage: Usage | None) -> list[str]:
    r"""A table of what each role took, and below it what is worth a sentence; empty where no model was asked.

    Args:
        usage: `Report.usage`.

    Example:
        >>> from visium_graph.models.request import Tokens
        >>> total = Sum(calls=2, stored=1, tokens=Tokens(12_000, 3_400), seconds=21.4, cost=0.0218)
        >>> print(*usage_lines(Usage(total, {"coder": total}, {}, ())), sep="\n")
        models  calls  tokens in  tokens out     cost  seconds
        coder       2     12,000       3,400  $0.0218       21
        total       2     12,000       3,400  $0.0218       21
        answers from the store: 1
    """
    if usage is None:
        return []
    rows = [_HEAD, *(_row(name, item) for name, item in roles_in_order(usage)), _row("total", usage.total)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return lines + list(_remarks(usage))


def parse_usage(data: Any) -> Usage:
    """The usage in a parsed `report.json`."""
    return _USAGE.validate_python(data)


def roles_in_order(usage: Usage) -> list[tuple[str, Sum]]:
    """The roles in the order in which they work."""
    known = [name for name in _ROLES if name in usage.roles]
    return [(name, usage.roles[name]) for name in [*known, *sorted(usage.roles.keys() - set(_ROLES))]]


def dollars(cost: float | None) -> str:
    """A cost: `$1.23`, `$0.0123`; `unknown` where there is no price.

    Example:
        >>> dollars(1.234), dollars(0.01234), dollars(0.0), dollars(None)
        ('$1.23', '$0.0123', '$0', 'unknown')
    """
    if cost is None:
        return _UNKNOWN
    if cost == 0:
        return "$0"
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.4f}"


def tidied(usage: Usage) -> Usage | None:
    """The same without the noise of adding many fractions; None where no model was asked."""
    if usage.total == Sum():
        return None
    return Usage(
        _rounded(usage.total),
        {name: _rounded(item) for name, item in usage.roles.items()},
        {name: _rounded(item) for name, item in usage.scenes.items()},
        tuple(usage.unpriced),
    )


def _row(name: str, item: Sum) -> Row:
    tokens = (f"{item.tokens.input:,}", f"{item.tokens.output:,}")
    return (name, f"{item.calls:,}", *tokens, dollars(item.cost), f"{item.seconds:,.0f}")


def _remarks(usage: Usage) -> Iterator[str]:
    if usage.total.stored:
        yield f"answers from the store: {usage.total.stored:,}"
    if usage.total.failed:
        yield f"answers that could not be used: {usage.total.failed:,}"
    if usage.unpriced:
        yield f"without {', '.join(usage.unpriced)}, whose price is not known (see the setting `prices`)"


def _rounded(item: Sum) -> Sum:
    return replace(item, seconds=round(item.seconds, 1), cost=None if item.cost is None else round(item.cost, 6))
