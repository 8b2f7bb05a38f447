"""Segments to beats: the author's sentences, trimmed to a scene's length, and short honest ones where there are none."""

from __future__ import annotations

from itertools import pairwise

from visium_graph.agents.outline import Sentence
from visium_graph.agents.script_types import ScriptBeat
from visium_graph.agents.sentences import CONNECTOR, finish, leans_on_previous
from visium_graph.agents.statements import LONG_STATEMENT, SHORT_STATEMENT, statement

__all__ = ["beats_of_prose", "beats_of_sentences", "halved", "make_beat", "trim"]

_MOST_BEATS = 6
_BEAT_WORDS = 45
_MOST_WEIGHED = 80
_STILL_WORDS = 20


def trim(sentences: list[Sentence], words: int, keep: Sentence | None = None) -> list[Sentence]:
    """The most telling sentences within a number of words, in order; none stays without the one it leans on.

    Args:
        sentences: neighbours in the document.
        words: the limit, in spoken words. At least one sentence is kept.
        keep: a sentence that stays whatever its worth.
    """
    if len(sentences) > _MOST_WEIGHED:
        best = {id(sentence) for sentence in sorted(sentences, key=lambda sentence: -sentence.score)[:_MOST_WEIGHED]}
        sentences = [sentence for sentence in sentences if id(sentence) in best]
    kept = _without_orphans(list(sentences))
    while len(kept) > 1 and sum(sentence.words for sentence in kept) > words:
        loose = [sentence for i, sentence in enumerate(kept) if sentence is not keep and not _is_leant_on(kept, i)]
        if not loose:
            break
        # The longer of two equally good sentences goes first.
        kept.remove(min(loose, key=_worth))
    return kept


def _worth(sentence: Sentence) -> float:
    """The score of a sentence, less where it is long or has nothing short to show on the slide."""
    loss = 0.0
    if statement(sentence.text, longest=SHORT_STATEMENT) is None:
        loss = 0.3 if _alone(sentence.text) is None else 0.12
    return sentence.score - 0.004 * sentence.words - loss


def _is_leant_on(kept: list[Sentence], index: int) -> bool:
    return (
        index + 1 < len(kept) and kept[index + 1].block == kept[index].block and leans_on_previous(kept[index + 1].text)
    )


def _without_orphans(sentences: list[Sentence]) -> list[Sentence]:
    """Drop sentences whose antecedent is not among the given ones; at least one sentence stays."""
    kept: list[Sentence] = []
    for index, sentence in enumerate(sentences):
        if not sentence.first and leans_on_previous(sentence.text) and not CONNECTOR.match(sentence.text):
            before = sentences[index - 1] if index else None
            if before is None or before.block != sentence.block or before not in kept:
                continue
        kept.append(sentence)
    return kept or sentences[:1]


def beats_of_prose(sentences: list[Sentence], words: int) -> list[ScriptBeat]:
    """Beats of one or two sentences, each with a statement that can stand on the slide."""
    groups = _grouped(trim(sentences, words))
    groups = _without_still_ones(_merged_without_statement(groups))
    while len(groups) > _MOST_BEATS:
        sizes = [_words(a) + _words(b) for a, b in pairwise(groups)]
        at = sizes.index(min(sizes))
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    if len(groups) == 1:
        groups = halved(groups[0], _STILL_WORDS)
    return [make_beat(number, group) for number, group in enumerate(groups, start=1)]


def halved(group: list[Sentence], words: int) -> list[list[Sentence]]:
    """Two groups of one that has at least so many words, the first with a statement where there is any."""
    if len(group) < 2 or _words(group) < words:
        return [group]
    stated = [index for index, sentence in enumerate(group[:-1], start=1) if _alone(sentence.text)]
    at = stated[0] if stated else 1
    return [group[:at], group[at:]]


def beats_of_sentences(sentences: list[Sentence], start: int) -> list[ScriptBeat]:
    """Beats of sentences about something that is on the screen already; numbered from `start`."""
    return [make_beat(number, group) for number, group in enumerate(_grouped(sentences), start=start)]


def make_beat(
    number: int, group: list[Sentence], *, formula: str = "", material: list[int] | None = None
) -> ScriptBeat:
    """One beat of whole sentences. The formula, if any, completes a last sentence that leads to it."""
    texts = [finish(sentence.text) for sentence in group[:-1]] + [finish(group[-1].text, formula)]
    return ScriptBeat(
        id=f"b{number}", say=_limited(" ".join(texts)), sources=[s.text for s in group], material=material or []
    )


def _words(group: list[Sentence]) -> int:
    return sum(sentence.words for sentence in group)


def _alone(sentence: str) -> str | None:
    """What a beat of this sentence alone would put on the slide."""
    return statement(sentence, longest=LONG_STATEMENT)


def _grouped(sentences: list[Sentence]) -> list[list[Sentence]]:
    groups: list[list[Sentence]] = []
    for sentence in sentences:
        previous = groups[-1] if groups else []
        total = _words(previous) + sentence.words
        leaning = leans_on_previous(sentence.text) and len(previous) < 3 and _alone(sentence.text) is None
        short = len(previous) == 1 and (sentence.words < 8 or _words(previous) < 8)
        if previous and total <= _BEAT_WORDS and (leaning or short):
            previous.append(sentence)
        else:
            groups.append([sentence])
    return groups


def _merged_without_statement(groups: list[list[Sentence]]) -> list[list[Sentence]]:
    """A group that has nothing for the slide joins the shorter of its neighbours."""
    merged = list(groups)
    at = 0
    while at < len(merged) > 1:
        neighbours = [index for index in (at - 1, at + 1) if 0 <= index < len(merged)]
        to = min(neighbours, key=lambda index: _words(merged[index]))
        fits = _words(merged[to]) + _words(merged[at]) <= 1.6 * _BEAT_WORDS
        if fits and not any(_alone(sentence.text) for sentence in merged[at]):
            low = min(at, to)
            merged[low : low + 2] = [merged[low] + merged[low + 1]]
            at = low
        else:
            at += 1
    return merged


def _without_still_ones(groups: list[list[Sentence]]) -> list[list[Sentence]]:
    """The groups but for long ones that bring nothing to the slide and that nothing after them leans on."""
    kept: list[list[Sentence]] = []
    for index, group in enumerate(groups):
        following = groups[index + 1 : index + 2]
        leant_on = bool(following) and leans_on_previous(following[0][0].text)
        still = _words(group) >= _STILL_WORDS and not any(_alone(sentence.text) for sentence in group)
        if not still or leant_on:
            kept.append(group)
    return kept or groups


def _limited(say: str) -> str:
    """At most what a beat may hold; only a paragraph without any full stop is longer."""
    if len(say) <= 4000:
        return say
    return say[:4000].rsplit(" ", 1)[0] + "..."
