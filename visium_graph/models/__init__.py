"""Models: how an agent asks one, whatever the provider, and what comes of it when the service misbehaves."""

from __future__ import annotations

from visium_graph.models.clients import close_models
from visium_graph.models.crew import Crew, crew_for
from visium_graph.models.ready import ensure_ready
from visium_graph.models.request import Failure, NoAnswer, Reply, Request, Tokens, Turn
from visium_graph.models.tracing import traced
from visium_graph.models.usage import Spent, Sum, Usage, start_ledger, usage_of

__all__ = [
    "Crew",
    "Failure",
    "NoAnswer",
    "Reply",
    "Request",
    "Spent",
    "Sum",
    "Tokens",
    "Turn",
    "Usage",
    "close_models",
    "crew_for",
    "ensure_ready",
    "start_ledger",
    "traced",
    "usage_of",
]
