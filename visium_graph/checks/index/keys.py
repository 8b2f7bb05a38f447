"""Sets of keywords that survive a way through a function."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

__all__ = ["ANY", "NONE", "UNKNOWN", "Keys"]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keywords that pass, and what becomes of all others.

    Attributes:
        names: keywords that pass.
        rest: any other keyword is `refused` with an error, is `ignored`, or nobody knows.
    """

    names: frozenset[str]
    rest: Literal["refused", "ignored", "unknown"]

    def __and__(self, other: Keys) -> Keys:
        """First through one, then through the other: what either refuses is refused."""
        if self.rest == "refused" and other.rest == "refused":
            return Keys(self.names & other.names, "refused")
        if self.rest == "refused" or other.rest == "refused":
            return self if self.rest == "refused" else other
        rest: Literal["ignored", "unknown"] = "unknown" if "unknown" in {self.rest, other.rest} else "ignored"
        return Keys(self.names | other.names, rest)

    def __or__(self, other: Keys) -> Keys:
        """Through one or the other: only what both refuse is refused for certain."""
        for rest in ("unknown", "ignored"):
            if rest in {self.rest, other.rest}:
                return Keys(self.names | other.names, rest)
        return Keys(self.names | other.names, "refused")

    def plus(self, names: AbstractSet[str]) -> Keys:
        """These pass too."""
        return Keys(self.names | names, self.rest)

    def minus(self, names: AbstractSet[str]) -> Keys:
        """These do not pass: they are given already."""
        return Keys(self.names - names, self.rest)


ANY = Keys(frozenset(), "ignored")
"""Nothing happens to keywords here."""
NONE = Keys(frozenset(), "refused")
"""This way is not taken to its end."""
UNKNOWN = Keys(frozenset(), "unknown")
