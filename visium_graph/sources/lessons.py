"""Built-in lessons: finished storyboards for a few topics, found by what a person would call them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files

from rapidfuzz import fuzz

from visium_graph.errors import InputError
from visium_graph.storyboard import Storyboard, load_storyboard

__all__ = ["Lesson", "all_lessons", "find_lesson", "lesson_names", "load_lesson"]

_WHOLE = 85.0
"""Likeness (0 to 100) that a topic needs to a lesson's name as a whole ..."""
_WORD = 75.0
"""... and that every word of each needs to some word of the other: "linear search" is not "binary search"."""
# fmt: off
_FILLERS = frozenset({
    "a", "about", "an", "and", "basics", "does", "explain", "explained", "for", "how", "in", "intro",
    "introduction", "is", "lesson", "me", "of", "on", "please", "proof", "prove", "s", "teach", "tell", "the",
    "to", "tutorial", "understand", "understanding", "video", "what", "why", "work", "works",
})
# fmt: on
"""Words of a request that say nothing about its topic."""


@dataclass(frozen=True)
class Lesson:
    """A built-in lesson."""

    name: str
    """Its file's name and what the command line calls it."""
    title: str
    aliases: tuple[str, ...] = ()
    """Other names of its topic."""


_LESSONS = (
    Lesson(
        "bayes",
        "Bayes' Theorem",
        (
            "bayes",
            "thomas bayes",
            "bayes rule",
            "bayes law",
            "bayes formula",
            "bayesian inference",
            "bayesian updating",
        ),
    ),
    Lesson(
        "binary-search",
        "Binary Search",
        ("binarysearch", "binary search algorithm", "bisection search", "half-interval search"),
    ),
    Lesson(
        "pythagoras",
        "The Pythagorean Theorem",
        ("pythagoras", "pythagoras theorem", "pythagorean", "pythagorean equation", "pythagorean triples"),
    ),
)


def all_lessons() -> list[Lesson]:
    """Every built-in lesson, by name."""
    return sorted(_LESSONS, key=lambda lesson: lesson.name)


def lesson_names() -> list[str]:
    """Names of the built-in lessons, in order."""
    return [lesson.name for lesson in all_lessons()]


def find_lesson(topic: str) -> tuple[Lesson, float] | None:
    """The lesson that a topic names, and how well it does (0 to 100; 100 is a known name); None where none fits.

    Slips of spelling are forgiven. A word that belongs to another topic is not, and neither is a word missing: a
    lesson that was not asked for is worse than none.

    Example:
        >>> find_lesson("binary serach")[0].name
        'binary-search'
        >>> find_lesson("linear search") is None
        True
    """
    words = _words(topic)
    scored = [
        (_likeness(words, _words(known)), lesson)
        for lesson in _LESSONS
        for known in (lesson.name, lesson.title, *lesson.aliases)
    ]
    score, lesson = max(scored, key=lambda pair: pair[0])
    return (lesson, score) if score >= _WHOLE else None


def load_lesson(name: str) -> Storyboard:
    """The storyboard of a built-in lesson.

    Raises:
        InputError: there is no such lesson.
    """
    if name not in lesson_names():
        raise InputError(f"no lesson named {name!r} (lessons: {', '.join(lesson_names())})")
    with as_file(files("visium_graph.sources") / "lesson_files" / f"{name}.json") as path:
        return load_storyboard(path)


def _words(text: str) -> list[str]:
    """Words in lower case without accents, possessive endings and fillers, in alphabetical order."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return sorted(word for word in re.findall(r"[a-z0-9]+", plain) if word not in _FILLERS)


def _likeness(asked: Sequence[str], known: Sequence[str]) -> float:
    if not asked:
        return 0.0
    for words, others in ((asked, known), (known, asked)):
        if any(max(fuzz.ratio(word, other) for other in others) < _WORD for word in words):
            return 0.0
    return fuzz.ratio(" ".join(asked), " ".join(known))
