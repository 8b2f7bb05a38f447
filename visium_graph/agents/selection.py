"""What of a document goes into the video: the most telling segments within a budget of words and scenes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from visium_graph.agents.outline import Outline, Section, Sentence
from visium_graph.agents.segments import Segment, prose_segments, visual_segments
from visium_graph.agents.sentences import is_about_the_text, leans_on_previous, points_elsewhere
from visium_graph.agents.statements import LONG_STATEMENT, statement

__all__ = ["Selection", "select"]

_READ_WHOLE = 420
"""Words up to which an article is spoken nearly whole: under three minutes."""
_MOST_WORDS = 650
_ORDINARY_SCENES = 10
_FEWEST_SCENES = 4
_OPENING_WORDS = 45
_ASIDE = re.compile(r"(?:Note|Tip|Hint|Important|Warning|Caution|Update|Edit|Disclaimer|TL;?DR):")
_NEW_KIND = 1.3
"""Worth of the first formula, listing, table or picture against a further one."""
_FEWEST_BULLETS = 2
_MOST_CRUMB = 45
_SCANT = 32
"""Words below which a visual is given the sentences before it."""
_THIN = 22
"""Words below which a scene would be over before it is seen."""


@dataclass
class Selection:
    """The opening sentences and the chosen segments in reading order."""

    opening: list[Sentence]
    segments: list[Segment]
    scene_words: int
    """Words that one scene may take."""


def select(outline: Outline, max_scenes: int) -> Selection:
    """Choose segments so that every chapter has a chance, visuals vary and the words stay within the budget."""
    sections = [section for section in outline.sections if not section.aside]
    opening = _opening(sections) if max_scenes > 1 else []
    taken = {id(sentence) for sentence in opening}
    budget = _budget(outline.words, max_scenes)
    capacity = max(1, max_scenes - 1) if max_scenes > 1 else 1
    candidates = [segment for section in sections for segment in _candidates(section, taken)]
    chosen = _choose(candidates, sections, capacity, budget)
    chosen = _with_freed_sentences(chosen, taken)
    _enrich(chosen, taken)
    chosen = _without_still_prose(_without_crumbs(chosen))
    order = {id(item): (s, i) for s, section in enumerate(sections) for i, item in enumerate(section.flow)}
    chosen.sort(key=lambda segment: order[id(segment.flow[0])])
    words = max(45, min(95, round(1.2 * budget / max(1, len(chosen)))))
    return Selection(opening, chosen, words)


def _budget(words: int, max_scenes: int) -> int:
    if words <= _READ_WHOLE:
        return words
    ordinary = min(_MOST_WORDS, _READ_WHOLE + 0.13 * (words - _READ_WHOLE))
    return round(min(words, ordinary * max(1.0, max_scenes / _ORDINARY_SCENES), 95 * max_scenes))


def _opening(sections: list[Section]) -> list[Sentence]:
    """The article's first sentence, and the second where both are short or the first leans on it."""
    for section in sections:
        if not section.flow or not isinstance(section.flow[0], Sentence):
            return []
        opening: list[Sentence] = []
        for item in section.flow:
            if not isinstance(item, Sentence) or item.text.endswith(":") or len(opening) == 2:
                break
            if opening and (item.item or (item.first and item.terms)):
                break  # a rule or a paragraph about a term of its own opens the next scene
            after_skipped = not opening and item is not section.flow[0]
            if points_elsewhere(item.text) or (after_skipped and leans_on_previous(item.text)):
                continue
            if (is_about_the_text(item.text) or _ASIDE.match(item.text)) and len(section.sentences) > 1:
                if opening:
                    break
                continue
            if sum(sentence.words for sentence in opening) + item.words > _OPENING_WORDS and opening:
                break
            opening.append(item)
        return opening
    return []


def _candidates(section: Section, taken: set[int]) -> list[Segment]:
    visuals = visual_segments(section, taken)
    spoken = taken | {id(sentence) for segment in visuals for sentence in segment.sentences}
    return visuals + prose_segments(section, spoken)


def _choose(candidates: list[Segment], sections: list[Section], capacity: int, budget: int) -> list[Segment]:
    place = {id(section): index / max(1, len(sections)) for index, section in enumerate(sections)}
    rest = list(candidates)
    chosen: list[Segment] = []
    words = 0
    while rest and len(chosen) < capacity and (words < budget or len(chosen) < _FEWEST_SCENES - 1):
        best = max(rest, key=lambda segment: _marginal(segment, chosen, place[id(segment.section)]))
        rest.remove(best)
        chosen.append(best)
        words += max(15, min(best.words, max(60, budget // capacity)))
    return chosen


def _marginal(segment: Segment, chosen: list[Segment], place: float) -> float:
    """The value that a segment adds to those chosen: less in a section or of a kind that has been shown already."""
    same_section = sum(1 for other in chosen if other.section is segment.section)
    same_chapter = sum(1 for other in chosen if other.section.chapter == segment.section.chapter) - same_section
    same_kind = sum(1 for other in chosen if other.kind == segment.kind)
    factor = 0.6**same_section * 0.85**same_chapter * 0.88**same_kind * 0.94 ** max(0, segment.section.level - 2)
    factor *= _NEW_KIND if same_kind == 0 and segment.kind not in ("prose", "quote") else 1.0
    factor *= 1.6 if segment.section.closing else 1.15 - 0.25 * place
    # Values may fall below zero, where a factor would turn round: map them to a positive scale first.
    return math.exp(segment.value) * factor


def _with_freed_sentences(chosen: list[Segment], taken: set[int]) -> list[Segment]:
    """Give the prose of each section the sentences that led to visuals which were not chosen."""
    result = [segment for segment in chosen if segment.kind != "prose"]
    shown = {id(visual) for segment in result for visual in segment.visuals}
    spoken = taken | {id(sentence) for segment in result for sentence in segment.sentences}
    sections = {id(segment.section): segment.section for segment in chosen if segment.kind == "prose"}
    for key, section in sections.items():
        wanted = sum(1 for segment in chosen if segment.kind == "prose" and id(segment.section) == key)
        # A visual that is not shown does not part the prose around it; one that is shown does.
        hidden = {id(visual) for visual in section.visuals} - shown
        chunks = prose_segments(section, spoken | hidden)
        best = sorted(chunks, key=lambda segment: -segment.value)[:wanted]
        result.extend(segment for segment in chunks if segment in best)
    return result


def _enrich(chosen: list[Segment], taken: set[int]) -> None:
    """Give a visual with few words around it the free sentences that stand before it."""
    spoken = taken | {id(sentence) for segment in chosen for sentence in segment.sentences}
    for segment in chosen:
        if segment.kind in ("prose", "list", "quote"):
            continue
        flow = segment.section.flow
        for item in reversed(flow[: flow.index(segment.flow[0])]):
            words = sum(sentence.words for sentence in segment.sentences)
            free = isinstance(item, Sentence) and id(item) not in spoken and not item.text.endswith(":")
            if not isinstance(item, Sentence) or not free or words >= _SCANT or points_elsewhere(item.text):
                break
            segment.flow.insert(0, item)
            spoken.add(id(item))


def _bullets(segment: Segment) -> int:
    """How many of its sentences have something short to show."""
    return sum(1 for sentence in segment.sentences if statement(sentence.text, longest=LONG_STATEMENT))


def _without_still_prose(chosen: list[Segment]) -> list[Segment]:
    """The segments without prose that has nothing to show while it is spoken, as long as enough is left."""
    still = [segment for segment in chosen if segment.kind == "prose" and _bullets(segment) == 0]
    return (
        [segment for segment in chosen if segment not in still]
        if len(chosen) - len(still) >= _FEWEST_SCENES - 1
        else chosen
    )


def _takes_lead(segment: Segment, crumb: Segment) -> bool:
    if segment.kind in ("list", "quote"):  # their lead is spoken in one beat with the first item
        return crumb.words + sum(sentence.words for sentence in segment.sentences) <= 40
    return True


def _without_crumbs(chosen: list[Segment]) -> list[Segment]:
    """Join prose too short for a scene to the segment next to it in its section."""
    result = list(chosen)
    for crumb in chosen:
        thin = crumb.words < _THIN or (crumb.words < _MOST_CRUMB and _bullets(crumb) < _FEWEST_BULLETS)
        if crumb.kind != "prose" or not thin or len(result) == 1:
            continue
        flow = crumb.section.flow
        start, end = flow.index(crumb.flow[0]), flow.index(crumb.flow[-1])
        same = [other for other in result if other.section is crumb.section and other is not crumb]
        following = [other for other in same if flow.index(other.flow[0]) == end + 1 and _takes_lead(other, crumb)]
        preceding = [
            other for other in same if flow.index(other.flow[-1]) == start - 1 and other.kind not in ("list", "quote")
        ]
        if following:
            following[0].flow[:0] = crumb.flow
        elif preceding:
            preceding[0].flow.extend(crumb.flow)
        else:
            continue
        result.remove(crumb)
    return result
