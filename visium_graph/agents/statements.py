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

__all__ = [
    "IDEAL_STATEMENT",
    "LONG_STATEMENT",
    "SHORT_STATEMENT",
    "refers_back",
    "statement",
    "statement_of_item",
    "title_line",
]

_FEWEST = 5
_MOST = 14
IDEAL_STATEMENT = 16
"""Words that a viewer reads at a glance."""

SHORT_STATEMENT = 22
"""Words of a statement; one without a clean cut may be longer than `_MOST`, but not than this."""

LONG_STATEMENT = 30
"""Words of a statement where a beat has no shorter one."""

_TAIL = re.compile(
    r"(?P<cut>;\s+|\s+[\u2014\u2013]\s+|\u2014|\s+-\s+|\s+--\s+|:\s+|"
    r",?\s+(?=(?:so that|rather than just|as opposed to|in order to|as well as)\b)|"
    r",\s+(?=[ei]\.[ge]\.)|"
    r",\s+(?=(?:which|who|whose|where|whereas|while|so|because|since|as|such as|(?:each|one|both|some|many|most|all) of (?:which|whom|them)|"
    r"like|even though|although|though|thus|thereby|hence|especially|particularly|for (?:example|instance)|"
    r"in other words|that is|and (?:it|this|that|they|we|you|he|she|I|so|then|the|there|its|their|thus|hence)|or even|"
    r"(?!(?:during|according|string|thing|nothing|something|anything|everything|being|regarding|depending|assuming|provid|exclud)\b)[a-z]{3,}ing)\b)|"
    r"\s+(?=(?:because|such as|including)\b))"
)
_DEFINED = re.compile(r"(?<= )(?=(?:that|which|who|designed|used|intended|meant|built|for|where|in which)\b)")
"""Where "a heap is a tree that ..." may stop: a definition is true, if less telling, without what narrows it down."""
_VAGUE = re.compile(
    r"(?:an?|one of the) (?:\w+ )?(?:parts?|kinds?|sorts?|types?|forms?|ways?|pieces?|sets?|examples?|ones?|things?) of\b.*"
)
_RESTATES = re.compile(r"(?:in other words|that is|i\.e\.|meaning)(?!\w)", re.IGNORECASE)
_CONDITION = re.compile(
    r"(?:and |but |at least |especially )?(?:if|when|whenever|in (?:the )?case|unless|until|only|provided|as long as|so long as|after|before|once|except)\b"
)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|must|should|may|might|does|do|did)\b")
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
_OPEN_END = re.compile(
    r"\b(?:and|or|but|the|a|an|of|to|is|are|that|than|as|with|for|in|by|so|such|at|on|from|into|onto|through|under|over|upon|within)$"
)
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
    text = sentence.strip()
    if re.fullmatch(r"\([^()]*\)\.?", mask_math(text)):
        text = text.rstrip(".")[1:-1]
    text = _without_opener(text)
    if strict and (leans_on_previous(text) or points_elsewhere(text) or is_about_the_text(text)):
        return None
    whole = _without_asides(text)
    text = _without_tail(whole) if _length(whole) > _MOST else whole
    if strict and text.endswith(("?", ":")):
        return None
    text = _closed(text)
    fewest = _FEWEST - 1 if _FINITE.search(text) else _FEWEST
    if not text or _length(text) < fewest or (strict and _length(text) > longest):
        return None
    return text


def title_line(sentence: str) -> str | None:
    """The line of a title card: a short statement, which may lean on the line above; None where there is no short one."""
    text = statement(sentence, strict=False)
    fits = text is not None and _length(text) <= IDEAL_STATEMENT + 2 and not text.endswith((":", "?"))
    return text if fits else None


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
            or (_CHANGES_SENSE.search(inner) and not re.match(r"which|who|e\.g\.|i\.e\.", inner))
            or "\ue000" in match.group()
            or len(inner) < 3  # "key(s)"
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
        if match.group().strip() == ":" and not _is_enumeration(tail):
            continue
        if _is_clean(head, tail, masked[: match.start()]):
            heads.append(head)
    short = [head for head in heads if _length(head) <= _MOST]
    if short:
        return short[-1]
    least = heads[0] if heads else text
    if _length(least) > IDEAL_STATEMENT:
        return _definition(least) or least
    return least


def _definition(text: str) -> str | None:
    """`A heap is a tree` of "A heap is a tree that ..."; None where that says something else."""
    borders = [match.start() for match in _DEFINED.finditer(mask_math(text))]
    heads = [text[:at].rstrip(" ,") for at in borders if _is_definition(text[:at].rstrip(" ,"), text[at:])]
    return heads[-1] if heads else None


def _is_definition(head: str, tail: str) -> bool:
    told = re.search(r"\b(?:is|are) ((?:an?|one of the)\b.*)$", mask_math(head))
    # "is a way" says nothing: it takes an adjective or a name of several words to be worth a line.
    if told is None or len(told.group(1).split()) < 3 or _VAGUE.fullmatch(told.group(1)):
        return False
    if any(pattern.search(tail) for pattern in (_NUMBER, MATH)) or _CHANGES_SENSE.search(head + tail):
        return False
    whole = not (_OPEN_END.search(head) or _SUBORDINATE.match(head) or "," in mask_math(head))
    return whole and not _is_unbalanced(mask_math(head)) and _FEWEST <= _length(head) <= IDEAL_STATEMENT


def _is_clean(head: str, tail: str, masked_head: str) -> bool:
    """Whether a head states by itself what the author stated."""
    return not (
        _length(head) < _FEWEST
        or _NUMBER.search(tail)
        or (MATH.search(tail) and not _RESTATES.match(tail))
        or (_CHANGES_SENSE.search(tail) and not _RESTATES.match(tail))
        or _is_unbalanced(masked_head)
        # A comma in the tail may end its clause, and the sentence's own verb may stand behind it.
        or ("," in tail and _MAY_BE_INSERTED.match(tail))
        # "Data such as names are kept": the verb of the sentence is in the tail.
        or (re.match(r"such as|including|as well as", tail) and _FINITE.search(tail))
        # "Testing, building and shipping" is a list, not a clause that follows.
        or (re.match(r"[a-z]+ing\b", tail) and (re.search(r",? (?:and|or) [a-z]+ing\b", tail)))
        # "and the ..." may be the last of a list.
        or (re.match(r"and (?:the|then|there|its|their|so) ", tail) and "," in masked_head)
        or _CONDITION.match(tail)
        # "Not ... because" is not "not".
        or (_REASON.match(tail) and _CHANGES_SENSE.search(masked_head))
        # "If one of them is zero" alone states nothing: the main clause must be in the head.
        or (_SUBORDINATE.match(head) and "," not in masked_head)
        or _OPEN_PAIR.search(masked_head)
        or _OPEN_END.search(masked_head)
    )


def _is_enumeration(tail: str) -> bool:
    """Whether what follows a colon lists three things or more, which the head announces."""
    if re.match(r"[A-Z]|(?:when|if|you|we|they|it|he|she|I|there|once|as)\b", tail):
        return False
    return mask_math(tail).count(", ") >= 2 and re.search(r", (?:and|or) ", tail) is not None


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
