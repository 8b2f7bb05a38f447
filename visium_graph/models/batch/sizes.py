"""How many requests a job holds: as the service takes them, as they come back in time, the most awaited first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from visium_graph.models.batch.item import Item, Json

__all__ = ["Limits", "Turnaround", "job_size", "parts", "size_of"]

_FRAME = 256
"""Bytes that an item's label and braces take at most, without the scene's id."""


@dataclass(frozen=True)
class Limits:
    """What jobs are held to. Times are in seconds."""

    inline_bytes: int = 15 * 2**20
    """A larger job goes as a file; the service's own limit is 20 MB for everything."""
    file_bytes: int = 1900 * 2**20
    """The service's own limit is 2 GB."""
    most_requests: int = 100
    """In one job, to begin with."""
    brisk: float = 900.0
    """A job that takes longer is answered with smaller ones."""
    deadline: float = 3600.0
    """After it, counted from a job's creation, its requests are made one by one."""
    settle: float = 1.0
    """How long all have to be waiting before they are believed to be all there are."""
    patience: float = 120.0
    """How long a request waits for those of the other scenes."""
    first_pause: float = 0.5
    """Between the first two looks at a job; the pauses double."""
    longest_pause: float = 10.0
    grace: float = 15.0
    """How long after its creation was tried a job must be in the service's list if it is ever to be."""
    attempts: int = 5
    """Tries of one call to the service."""
    call_seconds: float = 120.0
    """Longest time for one call; uploads and results may take long."""


@dataclass(frozen=True)
class Turnaround:
    """How long a job of that many requests took; `seconds` is None where it came to nothing."""

    requests: int
    seconds: float | None


def job_size(measured: Iterable[Turnaround], limits: Limits) -> int:
    """Requests for the next job: halved after each that was slow or came to nothing, doubled after each full brisk one."""
    size = limits.most_requests
    for one in measured:
        if one.seconds is None or one.seconds > limits.brisk:
            size = max(1, min(size, one.requests) // 2)
        elif one.requests >= size:
            size = min(limits.most_requests, 2 * size)
    return size


def parts(items: Iterable[Item[Any]], size: int, limits: Limits) -> list[list[Item[Any]]]:
    """The items as jobs, heaviest first: of one model, of no scene twice, within the limits of number and of bytes."""
    jobs: list[_Part] = []
    for item in sorted(items, key=lambda one: -one.weight):
        weight = size_of(item.body) + len(item.scene.encode()) + _FRAME
        fitting = (job for job in jobs if job.takes(item, weight, size, limits.file_bytes))
        job = next(fitting, None)
        if job is None:
            job = _Part(item.model)
            jobs.append(job)
        job.add(item, weight)
    return [job.items for job in jobs]


class _Part:
    """A job that is being filled."""

    def __init__(self, model: str) -> None:
        self.items: list[Item[Any]] = []
        self._model = model
        self._scenes: set[str] = set()
        self._bytes = 0

    def takes(self, item: Item[Any], weight: int, size: int, most: int) -> bool:
        here = self._model == item.model and item.scene not in self._scenes
        return here and len(self.items) < size and self._bytes + weight <= most

    def add(self, item: Item[Any], weight: int) -> None:
        self.items.append(item)
        self._scenes.add(item.scene)
        self._bytes += weight


def size_of(bodies: Json | Sequence[Json]) -> int:
    """Bytes on the wire."""
    return len(json.dumps(bodies, ensure_ascii=False).encode())
