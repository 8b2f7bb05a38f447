"""How `visium cache` reads its arguments and shows what there is."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime

from rich.table import Table

from visium_graph.cache import KindUsage, Pruned, Usage

__all__ = ["parse_age", "parse_size", "pruned_line", "pruned_to_json", "usage_line", "usage_table", "usage_to_json"]

_KINDS = {
    "check": "checks of scenes",
    "render": "rendered scenes",
    "narration": "spoken beats",
    "outlines": "outlines of words",
    "latex": "formulas by LaTeX",
    "code": "drafts of code",
    "answer": "answers of models",
    "plan": "marks of own plans",
    "index": "indexes of manim",
}


def usage_table(found: Usage) -> Table:
    """One row a kind."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("kind", "entries", "size", "oldest use", "last use"):
        table.add_column(name, justify="right" if name in {"entries", "size"} else "left", no_wrap=True)
    for kind in found.kinds:
        times = (_local(kind.oldest), _local(kind.newest))
        table.add_row(_KINDS[kind.kind], str(kind.entries), _readable(kind.size), *times)
    return table


def usage_line(found: Usage) -> str:
    """Where the cache is and how full."""
    return f"{found.folder}: {_readable(found.size)} of {_readable(found.limit)}"


def usage_to_json(found: Usage) -> str:
    """The same for programs: sizes in bytes, times in UTC (ISO 8601)."""
    data = {"folder": str(found.folder), "size": found.size, "limit": found.limit, "kinds": [*map(_kind, found.kinds)]}
    return json.dumps(data, ensure_ascii=False, indent=1)


def pruned_line(done: Pruned) -> str:
    """What was removed and what is left."""
    kept = f", {done.kept} kept (in use, or what a run needs to go on)" if done.kept else ""
    return f"{done.removed} entries removed, {_readable(done.freed)} freed{kept}; {_readable(done.size)} left"


def pruned_to_json(done: Pruned) -> str:
    """The same for programs."""
    return json.dumps(asdict(done), indent=1)


def _kind(kind: KindUsage) -> dict[str, str | int | None]:
    times = {"oldest": _utc(kind.oldest), "newest": _utc(kind.newest)}
    return {"kind": kind.kind, "entries": kind.entries, "size": kind.size, **times}


def _utc(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _local(moment: float | None) -> str:
    return "-" if moment is None else f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d %H:%M}"


def _readable(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def parse_size(text: str) -> int:
    """Bytes of a size such as `500MB`, `2 GiB` or `800000`; decimal and binary units.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is no size: expected a number with a unit, such as 500MB or 2GB")
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** " kmgt".index(unit.lower() or " "))


def parse_age(text: str) -> float:
    """Seconds of an age such as `30d`, `12h` or `2w`.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", text, re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is no age: expected a number of s, m, h, d or w, such as 30d")
    return float(match[1]) * _AGES[match[2].lower()]


_AGES = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
