"""LangSmith traces: sent where the user turned them on and gave a key, and not otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["traced"]

_SWITCHES = ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING")
_KEYS = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")


@contextmanager
def traced() -> Iterator[None]:
    """Inside the block nothing is traced where tracing is switched on without a key.

    LangSmith would send all the same, be refused, and hold up the end of the process while it tries again. To be put
    around the run of a graph, whose steps are traced too; holds for tasks that are started in the block.
    """
    switched_on = any(os.environ.get(name, "").strip().lower() == "true" for name in _SWITCHES)
    if not switched_on or any(os.environ.get(name, "").strip() for name in _KEYS):
        yield
        return
    from langsmith import tracing_context  # noqa: PLC0415  # loads only where there is something to turn off

    with tracing_context(enabled=False):
        yield
