"""Which sentences matter: centrality by shared words, and where and how a sentence stands."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from visium_graph.agents.sentences import MATH, is_about_the_text, leans_on_previous, points_elsewhere, word_set

__all__ = ["centrality", "content_words", "manner"]

_STOP = word_set(
    "a about above after again against all almost also am an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each either else even ever every few first for from "
    "further get gets got had has have having he her here hers him his how however i if in into is it its itself just "
    "let like make makes many may me might more most much must my new no nor not now of off on once one only or other "
    "our out over own same see she should since so some still such than that the their them then there these they "
    "this those through to too two under until up us use used using very want was way we well were what when where "
    "whether which while who whose why will with within without would you your"
)
_DEFINITION = re.compile(
    r"\b(?:is|are) (?:a|an|the|called|defined|known|named|one of)\b|\b(?:means|refers to|denotes|consists of|is the same as|"
    r"stands for|we call|so-called|states that|tells us)\b"
)
_EMPHASIS = re.compile(
    r"\b(?:must|always|never|important|key|main|central|essential|fundamental|because|therefore|reason|result|rule|idea|"
    r"theorem|problem|solution|the point|in short|in other words|guarantees?)\b",
    re.IGNORECASE,
)


def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, with plain endings cut off so that `tests` meets `testing`."""
    found = re.findall(r"[^\W\d_][\w'\u2019-]*", MATH.sub(" ", text).lower())
    return [
        re.sub(r"(?:'s|\u2019s|ing|ed|es|s|ly)$", "", word) if len(word) > 4 else word
        for word in found
        if word not in _STOP
    ]


def centrality(sentences: Sequence[str]) -> list[float]:
    """How much each sentence shares with all the others, from 0 to 1.

    The sum of the cosine similarities (of TF-IDF vectors) with every sentence is the dot product with the sum of all
    vectors: degree centrality in linear time, however long the document.
    """
    bags = [Counter(content_words(sentence)) for sentence in sentences]
    spread = Counter(word for bag in bags for word in bag)
    vectors: list[dict[str, float]] = []
    for bag in bags:
        weights = {word: (1 + math.log(n)) * math.log(1 + len(bags) / spread[word]) for word, n in bag.items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({word: weight / norm for word, weight in weights.items()})
    total: Counter[str] = Counter()
    for vector in vectors:
        for word, weight in vector.items():
            total[word] += weight  # type: ignore[assignment]  # Counter is annotated for integers only
    shares = [sum(weight * (total[word] - weight) for word, weight in vector.items()) for vector in vectors]
    largest = max(shares, default=0.0)
    return [share / largest if largest > 0 else 0.0 for share in shares]


def manner(sentence: str, title_words: set[str]) -> float:
    """A bonus or malus (about -1 to 1) for how a sentence is made, whatever it shares with others."""
    words = content_words(sentence)
    length = len(sentence.split())
    score = 0.35 * min(1.0, len(title_words.intersection(words)) / 2)
    score += 0.3 if _DEFINITION.search(sentence) else 0.0
    score += 0.15 if _EMPHASIS.search(sentence) else 0.0
    score -= 0.25 if leans_on_previous(sentence) else 0.0
    score -= 0.3 if is_about_the_text(sentence) else 0.0
    score -= 0.8 if points_elsewhere(sentence) else 0.0
    score -= 0.2 if sentence.rstrip().endswith("?") else 0.0
    score -= 0.3 if length < 5 or length > 45 else 0.0
    score -= 0.3 if sentence.startswith(("(", "[", "*")) else 0.0
    return score
