"""Texts in, findings out: which formulas of a storyboard or a script are asserted, and which of those are false."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from visium_graph.checks.equations import wording
from visium_graph.checks.equations.claims import Falsehood, false_claims
from visium_graph.checks.equations.explain import explanation, remedy
from visium_graph.checks.equations.values import Meter
from visium_graph.checks.finding import Finding

__all__ = ["RULE", "Passage", "check_passages"]

RULE = "false-equation"

_MATH = re.compile(r"(?<!\\)\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)(?<!\\)\$(?!\d)", re.DOTALL)
"""Inline math, as the stage reads it."""
_SENTENCE_END = re.compile(r"(?<=[.!?\u2026\u3002])\s+")
_WORK = 2_000_000
"""Steps for all formulas together: some seconds, where somebody tries for hours."""
_REPLY_WORDS = 8
"""A sentence so short may be about the formula before it: "That is not right."."""


@dataclass(frozen=True)
class Passage:
    """A text with formulas in it, and the words that say how they are meant."""

    place: str
    """Where it is, for the message: "scene 'legs', beat 'one'"."""
    text: str
    """Rich text; with `display`, the LaTeX of one formula."""
    display: bool = False
    """Whether the whole text is LaTeX, shown as a line of its own."""
    identity: bool = False
    """Whether the formula claims to hold for all values of its symbols."""
    derived: bool = False
    """Whether it is a line of a derivation, which may end in `0 > 3` where there is no solution."""
    note: str = ""
    """What is written beside it; words of doubt in it take the formula back."""
    around: str = ""
    """What is said while it is seen; words about mistakes and suppositions take the formula back."""
    written: str = ""
    """The text as its author wrote it, where that is another: a line that goes on with the one before."""
    scene: str = ""
    """All words of its scene: whether numbers are added on a clock there, or in binary."""


def check_passages(
    passages: Iterable[Passage], *, language: str = "en", file: str = "storyboard.json", source: str = ""
) -> list[Finding]:
    """The false equations that passages assert.

    A formula of its own line is an error. In running text it is a warning: a sentence can say much about a formula
    that no list of words knows. Of a language whose words of doubt are not known, only formulas of their own line are
    looked at.

    Args:
        passages: the texts, in the order of the findings.
        language: of the texts.
        file: how findings should name where they stand.
        source: the JSON that holds the texts, for the lines of the findings; "" where there is none.
    """
    budget = Meter(_WORK)
    return [
        finding.model_copy(update=_place(source, passage.written or passage.text))
        for passage in passages
        for latex in _asserted(passage, language)
        for finding in _findings(passage, latex, language, file, budget)
    ]


def _findings(passage: Passage, latex: str, language: str, file: str, budget: Meter) -> Iterator[Finding]:
    rounds = wording.is_rounding(f"{passage.scene} {passage.note} {passage.around}")
    comma = not language.lower().startswith("en")
    for found in false_claims(latex, identity=passage.identity, rounds=rounds, decimal_comma=comma, budget=budget):
        if found.bare and passage.derived:
            continue
        yield Finding(
            file=file,
            rule=RULE,
            severity="error" if passage.display else "warning",
            message=f"{passage.place}: {_verdict(found)}: {explanation(found)}",
            suggestion=remedy(found),
        )


def _verdict(found: Falsehood) -> str:
    return f"{found.claim} is {'no identity' if found.counterexample else 'false'}"


def _asserted(passage: Passage, language: str) -> Iterator[str]:
    """The formulas that the passage states as true."""
    if not passage.display and "$" not in passage.text:
        return
    if wording.other_arithmetic(_prose(passage.scene)) or wording.has_other_signs(passage.scene):
        return
    if wording.is_rejected(_prose(passage.around), language) or wording.is_doubtful(_prose(passage.note), language):
        return
    if passage.display:
        yield passage.text
    elif wording.knows_language(language):
        yield from _asserted_inline(passage.text, language)


def _asserted_inline(text: str, language: str) -> Iterator[str]:
    formulas = _MATH.findall(text)
    masked = _prose(text)
    if wording.is_rejected(masked, language):
        return
    sentences = _SENTENCE_END.split(masked)
    for place, sentence in enumerate(sentences):
        here, formulas = formulas[: sentence.count(wording.FORMULA)], formulas[sentence.count(wording.FORMULA) :]
        if (
            here
            and not wording.is_doubtful(sentence, language)
            and not _is_taken_back(sentences[place + 1 :], language)
        ):
            yield from here


def _is_taken_back(following: Sequence[str], language: str) -> bool:
    """Whether a short reply follows that denies: "No, that is not right."."""
    if not following or wording.FORMULA in following[0]:
        return False
    return len(following[0].split()) <= _REPLY_WORDS and wording.is_doubtful(following[0], language)


def _place(source: str, text: str) -> dict[str, int]:
    """Line and column at which a text stands in JSON, where it stands there in one of the usual ways."""
    for escaped in (False, True):
        start = source.find(json.dumps(text, ensure_ascii=escaped)) + 1
        if start:
            return {"line": source.count("\n", 0, start) + 1, "column": start - source.rfind("\n", 0, start)}
    return {}


def _prose(text: str) -> str:
    """The text with a mark for each formula: what stands in it decides nothing here."""
    return _MATH.sub(f" {wording.FORMULA} ", text)
