"""Arrays and lists of numbers, as far as their length is known."""

from __future__ import annotations

from visium_graph.checks.static.values import ArrayValue, Instance, SequenceValue, Value

__all__ = ["length_of"]


def length_of(value: Value) -> int | None:
    """How many numbers a list, tuple or array of numbers has; None where that is not known."""
    if isinstance(value, ArrayValue):
        return value.length
    if isinstance(value, SequenceValue) and value.kind in {"list", "tuple"} and value.items is not None:
        nested = any(isinstance(item, SequenceValue | ArrayValue | Instance) for item in value.items)
        return None if nested else len(value.items)
    return None
