"""Gemini Batch: requests of all open scenes in one job, at half the price, each submitted exactly once.

Requests are gathered (`cohort`), made into jobs that are brought about once whatever breaks (`jobs`, `ledger`, `service`),
and each gets its own answer back (`results`) or a reason why it has to be asked by itself.
"""

from __future__ import annotations

from visium_graph.models.batch.cohort import Cohort
from visium_graph.models.batch.item import Answer, Fallback, Item
from visium_graph.models.batch.jobs import Jobs
from visium_graph.models.batch.ledger import Ledger, read_ledger
from visium_graph.models.batch.sizes import Limits

__all__ = ["Answer", "Cohort", "Fallback", "Item", "Jobs", "Ledger", "Limits", "read_ledger"]
