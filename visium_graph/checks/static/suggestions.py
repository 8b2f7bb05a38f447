"""What was probably meant: curated renames by kind and receiver first, then hints of spelling, then near names."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from visium_graph.checks.index.model import Index

__all__ = ["Advice", "Rename", "Suggester", "renames"]

_NEAR = 0.6
"""Similarity by letters below which a name is not worth a mention."""
_NEAR_WORDS = 72.0
"""The same by whole words in any order, out of 100."""
_FAVOUR = 3.0
_SHOWN = 3
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Rename(NamedTuple):
    """A row of the curated table."""

    kind: Literal["name", "attr", "kwarg"]
    receiver: str
    """Class whose objects it is about, or method as `.name`; empty for any."""
    wrong: str
    right: str
    """What to write instead; empty where manim has no equivalent."""
    safe: bool
    origin: Literal["manimgl", "old", "invented"]
    note: str


@dataclass(frozen=True)
class Advice:
    """What to tell about a wrong name.

    Attributes:
        text: the suggestion, or None where nothing is near.
        replacement: what may be put in its place without a second thought, where it proves to exist.
        of_manim: the name was meant as one of manim's.
        manimgl: the name is one of ManimGL's.
    """

    text: str | None = None
    replacement: str | None = None
    of_manim: bool = False
    manimgl: bool = False


@cache
def renames() -> tuple[Rename, ...]:
    """The curated table."""
    text = (files(__package__) / "renames.csv").read_text(encoding="utf-8")
    return tuple(
        Rename(
            row["kind"],  # type: ignore[arg-type]  # checked by a test
            row["receiver"],
            row["wrong"],
            row["right"],
            row["safe"] == "yes",
            row["origin"],  # type: ignore[arg-type]
            row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _table() -> dict[tuple[str, str], list[Rename]]:
    table: dict[tuple[str, str], list[Rename]] = {}
    for row in renames():
        table.setdefault((row.kind, row.wrong), []).append(row)
    return table


class Suggester:
    """Finds what was meant.

    Args:
        index: of the installed manim.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def name(
        self, wrong: str, visible: Collection[str], own: Collection[str] = (), *, of_manim: bool, called: bool = True
    ) -> Advice:
        """Advice for a name that nothing binds.

        Args:
            wrong: the name.
            visible: every name in reach.
            own: which of them the file itself binds.
            of_manim: the file has manim's names.
            called: it may be meant as a class or a function; else a name in lower case is that of an object.
        """
        row = self._curated("name", wrong, [])
        if row is not None:
            return _advice(row, of_manim=of_manim)
        public = [name for name in visible if not name.startswith("_")]
        near = self._nearest(wrong, public, own)
        certain = _certain(wrong, near)
        if not called and not wrong[:1].isupper():
            near = self._nearest(wrong, [name for name in public if not _of_class(name)], own)
            if certain not in near or wrong.lower() == (certain or "").lower():
                certain = None
        meant = of_manim and bool(near) and near[0] in self._index.names and near[0][0].isupper() == wrong[0].isupper()
        return Advice(_did_you_mean(near), certain, meant)

    def attribute(self, wrong: str, bases: Iterable[str], names: Collection[str], methods: Collection[str]) -> Advice:
        """Advice for an attribute that an object does not have.

        Args:
            wrong: the name.
            bases: names of the object's class and its bases, nearest first.
            names: what the object has.
            methods: which of them are methods, where it is called.
        """
        row = self._curated("attr", wrong, [*bases])
        if row is not None:
            return _advice(row, of_manim=True)
        public = [name for name in names if not name.startswith("_")]
        near = self._nearest(wrong, public, methods)
        return Advice(_did_you_mean(near), _certain(wrong, near))

    def keyword(self, wrong: str, receivers: list[str], accepts: Collection[str], given: Collection[str]) -> Advice:
        """Advice for a keyword that a call does not take."""
        row = self._curated("kwarg", wrong, receivers)
        if row is not None and (not row.right.isidentifier() or row.right in accepts) and row.right not in given:
            return _advice(row, of_manim=True)
        near = self._nearest(wrong, [name for name in accepts if name not in given])
        return Advice(_did_you_mean(near), _certain(wrong, near))

    def color(self, wrong: str) -> str | None:
        """Advice for the name of a colour."""
        return _did_you_mean(self._nearest(wrong.upper().replace(" ", "_"), self._index.colors))

    def near(self, wrong: str, names: Collection[str]) -> Advice:
        """Advice from near names alone."""
        near = self._nearest(wrong, [name for name in names if not name.startswith("_")])
        return Advice(_did_you_mean(near))

    def _curated(self, kind: str, wrong: str, receivers: list[str]) -> Rename | None:
        rows = _table().get((kind, wrong), ())
        for receiver in receivers:
            for row in rows:
                if row.receiver == receiver:
                    return row
        return next((row for row in rows if not row.receiver), None)

    def _nearest(self, wrong: str, names: Collection[str], favoured: Collection[str] = ()) -> list[str]:
        """Up to three names that were perhaps meant, the likeliest first."""
        known = set(names)
        meant = [name for name in _other_spellings(wrong) if name in known]
        lower = {name: _plain(name) for name in names}
        nearest = _NEAR if len(wrong) > 3 else 0.5
        found = process.extract(_plain(wrong), lower, scorer=OSA.normalized_similarity, score_cutoff=nearest, limit=12)
        by_words = process.extract(
            _plain(wrong), lower, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR_WORDS, limit=6
        )
        scores = {name: 100 * score for _, score, name in found}
        for _, score, name in by_words:
            scores[name] = max(scores.get(name, 0.0), 0.92 * score)
        for name in scores:
            scores[name] += _closeness(wrong, name) + (_FAVOUR if name in favoured else 0.0)
        ranked = sorted(scores, key=lambda name: (-scores[name], name))
        return list(dict.fromkeys([*meant, *ranked]))[:_SHOWN]


def _of_class(name: str) -> bool:
    """Whether a name is spelt like a class's."""
    return name[:1].isupper() and not name.isupper()


def _plain(name: str) -> str:
    return _CAMEL.sub(" ", name).replace("_", " ").lower()


def _other_spellings(wrong: str) -> list[str]:
    """The name as a model that half remembers the API would not have spelt it."""
    snake = _CAMEL.sub("_", wrong).lower()
    camel = "".join(part[:1].upper() + part[1:] for part in wrong.split("_"))
    bare = [snake.removeprefix("get_"), snake.removeprefix("set_"), wrong.removesuffix("Mobject")]
    spellings = [snake, *bare, camel, wrong.upper()]
    return [spelling for spelling in dict.fromkeys(spellings) if spelling not in {wrong, ""}]


def _closeness(wrong: str, name: str) -> float:
    """What decides between names equally far by letters: the same case, the same begin and end."""
    same_case = 2.0 if wrong[:1].isupper() == name[:1].isupper() else 0.0
    begin = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(wrong, name, strict=False)))
    length = 1.0 if len(wrong) == len(name) else 0.0
    return same_case + min(begin, 4) * 0.5 + length + 2 * OSA.normalized_similarity(wrong, name)


def _certain(wrong: str, near: list[str]) -> str | None:
    """The nearest name, where the slip is plain: one stroke of the keyboard, and no other name is as near."""
    if not near or OSA.distance(wrong, near[0]) > 1 or len(wrong) < 5:
        return None
    if len(near) > 1 and OSA.distance(wrong, near[1]) <= 1:
        return None
    return near[0]


def _advice(row: Rename, *, of_manim: bool) -> Advice:
    manimgl = row.origin == "manimgl"
    note = f" ({row.note})" if row.note else ""
    text = f"use `{row.right}`{note}" if row.right else f"manim has no equivalent{note}"
    return Advice(text, row.right if row.safe else None, of_manim, manimgl)


def _did_you_mean(near: list[str]) -> str | None:
    if not near:
        return None
    quoted = [f"`{name}`" for name in near]
    return (
        f"did you mean {quoted[0]}?" if len(quoted) == 1 else f"did you mean {', '.join(quoted[:-1])} or {quoted[-1]}?"
    )
