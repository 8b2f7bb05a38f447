"""Which answer is whose: by the scene's id inside it. Neither order nor labels are trusted, and neither is completeness."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visium_graph.models.batch.item import Json

__all__ = ["Entry", "Result", "match", "scene_in"]

_SCENE = re.compile(r'"scene_id"\s*:\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Entry:
    """A place in a job."""

    hash: str
    scene: str
    named: bool
    """Whether its answer carries the scene's id."""


@dataclass(frozen=True)
class Result:
    """What came back for one request: a response, or what went wrong with it."""

    label: str | None = None
    response: Json | None = None
    error: str = ""

    @property
    def tokens(self) -> int:
        """What it took, as the service counts."""
        usage = (self.response or {}).get("usageMetadata")
        total = usage.get("totalTokenCount") if isinstance(usage, dict) else None
        return total if isinstance(total, int) else 0


def match(entries: Sequence[Entry], results: Sequence[Result]) -> dict[str, Result]:
    """Results by their requests' hashes; a request that nothing answers for certain is left out.

    Args:
        entries: the requests of a job, no two of one scene.
        results: what came, in any order, some perhaps missing, doubled or unlabelled.
    """
    by_scene = {entry.scene: entry for entry in entries}
    claims: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        told = scene_in(result.response) if result.response is not None else None
        named = by_scene.get(told) if told is not None else None
        if named is not None and named.named:
            claims[named.scene].append(result)
        elif (
            result.label in by_scene
        ):  # it says of no scene here that it is its own: a failure, a stop, sound, nonsense
            claims[result.label].append(result)
    found = {}
    for scene, claimed in claims.items():
        if (chosen := _chosen(by_scene[scene], claimed)) is not None:
            found[by_scene[scene].hash] = chosen
    return found


def _chosen(entry: Entry, claimed: Sequence[Result]) -> Result | None:
    """The best of several results for one request; None where there is no telling."""
    for results in _ranked(entry, claimed):
        if any(result.label == entry.scene for result in results):
            return next(result for result in results if result.label == entry.scene)
        if results:
            first = results[0]
            return first if all(_content(one) == _content(first) for one in results) else None
    return None


def _ranked(entry: Entry, claimed: Sequence[Result]) -> Iterator[list[Result]]:
    """Those that name the scene themselves, then other responses, then failures."""
    answered = [result for result in claimed if result.response is not None]
    naming = [result for result in answered if scene_in(result.response) == entry.scene] if entry.named else answered
    yield naming
    yield answered
    yield list(claimed)


def _content(result: Result) -> object:
    """What it says, without what differs between two copies of one answer."""
    return (result.response or {}).get("candidates"), result.error


def scene_in(response: Json | None) -> str | None:
    """The scene that a response says it is about; None where it does not say, or is no JSON with a `scene_id`."""
    for part in _parts(response):
        call = part.get("functionCall")
        told = call.get("args") if isinstance(call, dict) else None
        if isinstance(told, dict) and isinstance(told.get("scene_id"), str):
            return str(told["scene_id"])
    text = "".join(part["text"] for part in _parts(response) if isinstance(part.get("text"), str))
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        found = _SCENE.search(text)  # cut off, or wrapped in words
        return _unquoted(found[1]) if found else None
    told = told.get("scene_id") if isinstance(told, dict) else None
    return told if isinstance(told, str) else None


def _unquoted(text: str) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None


def _parts(response: Json | None) -> Iterator[Mapping[str, Any]]:
    """The parts of the first candidate that are no thoughts."""
    candidates = (response or {}).get("candidates")
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    content = first.get("content") if isinstance(first, dict) else None
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, dict) and not part.get("thought"):
            yield part
