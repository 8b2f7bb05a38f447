"""Bullets: short statements that stand alone, made of an author's sentence by leaving out, never by rewording."""

from __future__ import annotations

import re

from visium_graph.agents.sentences import (
    CONNECTOR,
    MATH,
    capitalise,
    is_about_the_text,
    leans_on_previous,
    mask_math,
    points_elsewhere,
    split_sentences,
    without_brackets,
)

__all__ = ["LONG_STATEMENT", "SHORT_STATEMENT", "refers_back", "statement", "statement_of_item"]

_FEWEST = 5
_MOST = 14
SHORT_STATEMENT = 26
"""Words of a statement; one without a clean cut may be longer than `_MOST`, but not than this."""

LONG_STATEMENT = 36
"""Words of a statement where a beat has no shorter one."""

_TAIL = re.compile(
    r"(?P<cut>;\s+|\s+[\u2014\u2013]\s+|\u2014|\s+-\s+|\s+--\s+|"
    r",?\s+(?=(?:so that|rather than just|as opposed to|in order to)\b)|"
    r",\s+(?=(?:which|who|whose|where|whereas|while|so|because|since|as|allowing|making|meaning|including|giving|using|such as|"
    r"like|e\.g\.|i\.e\.|even though|although|though|thus|thereby|hence|especially|particularly|for (?:example|instance)|"
    r"in other words|and (?:it|this|that|they|we|you|he|she|I|so|then|the|there|its|their|thus|hence)|or even)\b)|"
    r"\s+(?=(?:because|such as|including)\b))"
)
_CHANGES_SENSE = re.compile(
    r"\b(?:not|never|no|none|nor|cannot|can't|n't|only|unless|except|without|but|however|if|until|otherwise|false|myth)\b|n't\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|"
    r"half|twice|third|quarter|percent)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"(?:If|When|Whenever|While|Although|Though|Since|Because|Given|As|After|Before|Once|Until|Unless|For|In|On|At|By|With|"
    r"Without|From|To|Using|Instead of|Despite|Unlike|Like|Whether|Where|Even|Just|Let|Suppose|Assume|Similar to|Through|"
    r"Under|Over|During|Among|Between|\w+ing)\b"
)
_MAY_BE_INSERTED = re.compile(
    r"(?:wh\w+|as|like|including|such as|e\.g\.|i\.e\.|especially|for |al\w*though|even|using|or)\b"
)
_REASON = re.compile(r"(?:because|since|as|so)\b")
_OPEN_PAIR = re.compile(r"\b(?:not only|either|neither|whether|from|between)\b[^,;]*$", re.IGNORECASE)
"""What looks like a border is the middle of a pair: "not only ..., but"."""
_OPEN_END = re.compile(r"\b(?:and|or|but|the|a|an|of|to|is|are|that|than|as|with|for|in|by|so|such)$")
_BACK_REFERENCE = re.compile(
    r"\b(?:this|these|those|such an?|the (?:same|former|latter|previous|other)|aforementioned|he|she|him|his|her|it|they|them)\b"
    r"(?! (?:book|article|chapter|guide|tutorial))|\b(?:as well|too)$",
    re.IGNORECASE,
)


def statement(sentence: str, *, strict: bool = True, longest: int = SHORT_STATEMENT) -> str | None:
    """The bullet of a sentence, or None where it has none that a viewer would understand by itself.

    Openers that tie it to its neighbours go; asides in brackets and a trailing clause may go, but never one that holds
    a number, a formula or a word that changes the sense.

    Args:
        sentence: a sentence of rich text.
        strict: refuse a statement that leans on the previous sentence or points elsewhere, or is longer than `longest`.
            Else only one that is too short is refused.
        longest: words that a strict statement may have.
    """
    text = _without_opener(sentence.strip())
    if strict and (leans_on_previous(text) or points_elsewhere(text) or is_about_the_text(text)):
        return None
    whole = _without_asides(text)
    text = _without_tail(whole) if _length(whole) > _MOST else whole
    if strict and text.endswith(("?", ":")):
        return None
    text = _closed(text)
    if not text or _length(text) < _FEWEST or (strict and _length(text) > longest):
        return None
    return text


def refers_back(text: str) -> bool:
    """Whether a word of a statement may stand for something said before it: another statement is better, if there is one."""
    return _BACK_REFERENCE.search(mask_math(text)) is not None


def statement_of_item(item: str) -> str:
    """A list item as a bullet: its first sentence, shortened where a clean cut exists. Items may be short."""
    text = split_sentences(item)[0] if _length(item) > _MOST else item.strip()
    text = _without_asides(text) if _length(text) > _MOST else text
    if _length(text) > _MOST:
        text = _without_tail(text)
    term = re.match(r"[^:]{3,80}?(?=:\s|\s[\u2014\u2013-]\s)", mask_math(text))
    if term and _length(text) > SHORT_STATEMENT:  # a term and its long explanation: the voice explains
        text = without_brackets(text[: term.end()])
    return _closed(text) or item.strip()


def _length(text: str) -> int:
    """Words as they take room on the slide: a formula counts by its length."""
    plain = len(re.findall(r"\w[\w'\u2019.-]*", MATH.sub(" ", text)))
    return plain + sum(
        1 + len(re.sub(r"\\[a-zA-Z]+|[{}\s]", "x", match.group(1))) // 8 for match in MATH.finditer(text)
    )


def _without_opener(text: str) -> str:
    for _ in range(3):
        found = CONNECTOR.match(text)
        if found is None:
            break
        text = capitalise(text[found.end() :])
    return text


def _without_asides(text: str) -> str:
    """Drop bracketed asides that hold no number, no formula and nothing that changes the sense."""
    masked = mask_math(text)
    for match in reversed(list(re.finditer(r"\s*\(([^()]*)\)", masked))):
        inner = text[match.start(1) : match.end(1)]
        is_call = match.start() == match.start(1) - 1 and match.start() > 0 and masked[match.start() - 1].isalnum()
        if (
            is_call
            or _NUMBER.search(inner)
            or _CHANGES_SENSE.search(inner)
            or "\ue000" in match.group()
            or _length(inner) < 2
        ):
            continue
        rest = text[: match.start()] + text[match.end() :]
        if _length(rest) >= _FEWEST:
            text = rest
            masked = mask_math(text)
    return text


def _without_tail(text: str) -> str:
    """Cut at the clause border that leaves the longest head of at most `_MOST` words (or the shortest longer one)."""
    masked = mask_math(text)
    heads: list[str] = []
    for match in _TAIL.finditer(masked):
        head, tail = text[: match.start()], text[match.end() :]
        if _is_clean(head, tail, masked[: match.start()]):
            heads.append(head)
    short = [head for head in heads if _length(head) <= _MOST]
    if short:
        return short[-1]
    return heads[0] if heads else text


def _is_clean(head: str, tail: str, masked_head: str) -> bool:
    """Whether a head states by itself what the author stated."""
    return not (
        _length(head) < _FEWEST
        or _NUMBER.search(tail)
        or MATH.search(tail)
        or _CHANGES_SENSE.search(tail)
        or _is_unbalanced(masked_head)
        # A comma in the tail may end its clause, and the sentence's own verb may stand behind it.
        or ("," in tail and _MAY_BE_INSERTED.match(tail))
        # "and the ..." may be the last of a list.
        or (tail.startswith("and the ") and "," in masked_head)
        # "Not ... because" is not "not".
        or (_REASON.match(tail) and _CHANGES_SENSE.search(masked_head))
        # "If one of them is zero" alone states nothing: the main clause must be in the head.
        or (_SUBORDINATE.match(head) and "," not in masked_head)
        or _OPEN_PAIR.search(masked_head)
        or _OPEN_END.search(masked_head)
    )


def _is_unbalanced(text: str) -> bool:
    return (
        text.count("(") != text.count(")") or text.count('"') % 2 == 1 or text.count("\u201c") != text.count("\u201d")
    )


def _closed(text: str) -> str:
    """Without the full stop and other marks at the end that only running text needs."""
    text = text.strip().rstrip(" ,;:\u2014\u2013-")
    if not text.endswith(("...", "etc.")):
        text = re.sub(r"(?<!\b[A-Z])\.$", "", text)
    if _is_unbalanced(text):
        text = re.sub(r'^["\u201c(]|["\u201d)]$', "", text)
    return text.strip()
