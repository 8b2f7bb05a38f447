"""Sentences for the user about what of a document is not in the video."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from visium_graph.agents.outline import Visual

__all__ = ["not_shown", "quoted"]

_KINDS = {
    "formula": "formulas",
    "code": "listings",
    "table": "tables",
    "image": "pictures",
    "list": "lists",
    "quote": "quotations",
}


def not_shown(there: Iterable[Visual], shown: Iterable[Visual]) -> list[str]:
    """At most one sentence: how many of each kind of thing to see are not seen."""
    seen: Mapping[str, int] = Counter(visual.kind for visual in shown)
    missing = [
        f"{count - seen[kind]} of {count} {_KINDS[kind]}"
        for kind, count in Counter(visual.kind for visual in there).items()
        if count > seen[kind]
    ]
    return [f"Not shown: {_joined(missing)}."] if missing else []


def quoted(titles: Iterable[str]) -> str:
    """Titles as a part of a sentence: at most six of them, and how many more."""
    names = [f"\u201c{title}\u201d" for title in dict.fromkeys(titles)]
    return _joined(names[:6] + ([f"{len(names) - 6} more sections"] if len(names) > 6 else []))


def _joined(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)
