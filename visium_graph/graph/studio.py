"""The graph that `langgraph.json` names. Compiled without a checkpointer: the server brings its own."""

from __future__ import annotations

from visium_graph.graph.video import build_graph

__all__ = ["graph"]

graph = build_graph().compile()
