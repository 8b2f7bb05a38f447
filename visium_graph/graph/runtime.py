"""What every node needs of the runtime: its settings, and a way to say how far it is."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from visium_graph.settings import Settings

__all__ = ["emit", "settings_of"]


def settings_of(runtime: Runtime[Settings]) -> Settings:
    """The settings of this run; the defaults where the caller passed none."""
    return runtime.context if isinstance(runtime.context, Settings) else Settings.model_validate(runtime.context or {})


def emit(runtime: Runtime[Settings], event: str, **data: Any) -> None:
    """Send a custom stream event `{"event": name, ...}` (seen with `stream_mode="custom"`, `subgraphs=True`)."""
    runtime.stream_writer({"event": event, **data})
