"""Sections cut into segments, each of which can become one scene: prose, or a visual with the sentences around it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from visium_graph.agents.outline import Flow, Section, Sentence, Visual
from visium_graph.agents.sentences import is_about_the_text, is_continuation, points_elsewhere, word_set
from visium_graph.sources.document import CodeBlock, Formula

__all__ = ["Segment", "prose_segments", "visual_segments"]

_BONUS = {"formula": 0.7, "image": 0.7, "table": 0.55, "code": 0.5, "list": 0.5, "quote": 0.05}
_LOOKS_BACK = re.compile(
    r"(?:This|That|These|Those|It|They|Here|As you can see|The (?:output|result|first|last|second)|Note|Notice)\b"
)
_CONSOLES = word_set("text txt console shell sh bash zsh bat cmd powershell ps1 output plaintext")
"""What is typed or printed tells less than a program."""
_CHUNK_WORDS = 55
_FEWEST_CHUNK_WORDS = 24
"""Words of a chunk after which a paragraph, and a paragraph about a term of its own, begins the next."""
_LEAD_SENTENCES = 3


@dataclass(eq=False)
class Segment(Flow):
    """A stretch of a section that can become one scene."""

    section: Section
    kind: str
    """`prose`, or the kind of its visuals."""
    flow: list[Sentence | Visual]
    value: float = 0.0


def visual_segments(section: Section, taken: set[int]) -> list[Segment]:
    """One segment for each visual (or run of formulas) of the section, with the sentences that lead to and from it.

    Args:
        section: where to look.
        taken: `id()` of sentences that are spoken elsewhere already.
    """
    runs = _runs(section, taken)
    positions = [index for index, run in enumerate(runs) if not isinstance(run, list)]
    segments: list[Segment] = []
    for order, index in enumerate(positions):
        visual = runs[index]
        assert not isinstance(visual, list)
        before = _sentences_of(runs, index - 1)
        after = _sentences_of(runs, index + 1)
        lead = _leading(before, visual, contested=order > 0)
        following = runs[positions[order + 1]] if order + 1 < len(positions) else None
        assert not isinstance(following, list)
        trail = _trailing(after, visual, following)
        segments.append(Segment(section, visual.kind, [*lead, visual, *trail]))
    merged = _join_formulas(segments)
    for segment in merged:
        best = sorted((sentence.score for sentence in segment.sentences), reverse=True)[:2]
        segment.value = (sum(best) / len(best) if best else -0.4) + _BONUS[segment.kind]
        segment.value -= _thinness(segment.visuals[0])
        segment.value += 0.1 * min(3, len(segment.sentences)) - (0.4 if segment.words < 12 else 0.0)
    return merged


def prose_segments(section: Section, taken: set[int]) -> list[Segment]:
    """The section's free sentences in chunks of neighbouring paragraphs, each long enough for a scene."""
    following = dict(zip(map(id, section.flow), [*section.flow[1:], None], strict=True))
    chunks: list[list[Sentence]] = [[]]
    for run in _runs(section, taken):
        if not isinstance(run, list):
            chunks.append([])
            continue
        for sentence in run:
            gathered = sum(other.words for other in chunks[-1])
            enough = _FEWEST_CHUNK_WORDS if sentence.leading_term else _CHUNK_WORDS
            if sentence.first and gathered >= enough:
                chunks.append([])
            chunks[-1].append(sentence)
    segments: list[Segment] = []
    for chunk in chunks:
        kept = [sentence for sentence in chunk if _is_prose(sentence, following[id(sentence)])]
        if sum(sentence.words for sentence in kept) < 12 and segments and kept:
            segments[-1].flow.extend(kept)
        elif not all(is_about_the_text(sentence.text) for sentence in kept):
            segments.append(Segment(section, "prose", list(kept)))
    for segment in segments:
        best = sorted((sentence.score for sentence in segment.sentences), reverse=True)[:3]
        segment.value = sum(best) / 3 + (0.1 if len(best) == 3 else 0.0)
    return segments


def _thinness(visual: Visual) -> float:
    """What a listing of a line or two loses against one that shows something."""
    if not isinstance(visual, CodeBlock):
        return 0.0
    loss = {1: 0.35, 2: 0.2, 3: 0.1}.get(visual.source.count("\n") + 1, 0.0)
    return loss + (0.2 if visual.language in _CONSOLES else 0.0)


def _is_prose(sentence: Sentence, following: Sentence | Visual | None) -> bool:
    """Whether a sentence can be spoken without the visual that may follow it."""
    if points_elsewhere(sentence.text):
        return False
    return not sentence.text.endswith(":") or isinstance(following, Sentence)


def _runs(section: Section, taken: set[int]) -> list[list[Sentence] | Visual]:
    """The section's flow with neighbouring sentences gathered; a run may be empty."""
    runs: list[list[Sentence] | Visual] = [[]]
    for item in section.flow:
        if isinstance(item, Sentence):
            if id(item) in taken:
                continue
            last = runs[-1]
            assert isinstance(last, list)
            last.append(item)
        elif id(item) not in taken:
            runs.extend((item, []))
    return runs


def _sentences_of(runs: list[list[Sentence] | Visual], index: int) -> list[Sentence]:
    run = runs[index]
    return run if isinstance(run, list) else []


def _introduces(run: list[Sentence], *, contested: bool) -> bool:
    """Whether the last sentence of a run leads to what follows rather than away from what came before."""
    last = run[-1].text
    looks_back = contested and len(run) == 1 and (is_continuation(last) or _LOOKS_BACK.match(last))
    return last.endswith(":") or not looks_back


def _leading(run: list[Sentence], visual: Visual, *, contested: bool) -> list[Sentence]:
    if not run or not _introduces(run, contested=contested):
        return []
    if visual.kind in ("list", "quote") and not run[-1].text.endswith(":"):
        return []
    most = 2 if visual.kind in ("list", "quote") else _LEAD_SENTENCES
    lead: list[Sentence] = []
    for sentence in reversed(run):
        total = sum(other.words for other in lead) + sentence.words
        rule = sentence.item and bool(lead) and lead[0].first  # a numbered rule above its example
        if len(lead) == most or (lead and ((sentence.block != run[-1].block and not rule) or total > 60)):
            break
        if lead and (sentence.text.endswith(":") or points_elsewhere(sentence.text)):
            break
        lead.insert(0, sentence)
        if sentence.item:
            return lead
    if contested and len(run) > 1 and len(lead) == len(run) and not is_continuation(run[-1].text):
        lead = lead[-1:]  # the rest speaks of the visual before
    return lead


def _trailing(run: list[Sentence], visual: Visual, following: Visual | None) -> list[Sentence]:
    if visual.kind in ("list", "quote"):
        return []
    lead = _leading(run, following, contested=True) if following is not None else []
    free = run[: len(run) - len(lead)]
    trail: list[Sentence] = []
    for sentence in free[:_LEAD_SENTENCES]:
        if sentence.item or sentence.leading_term or (trail and sentence.block != trail[0].block):
            break
        if not points_elsewhere(sentence.text) and not sentence.text.endswith(":"):
            trail.append(sentence)
    return trail


def _join_formulas(segments: Iterable[Segment]) -> list[Segment]:
    """Formulas parted by a sentence or two are the steps of one derivation."""
    joined: list[Segment] = []
    for segment in segments:
        previous = joined[-1] if joined else None
        if previous is not None and previous.kind == segment.kind == "formula" and _is_next_step(previous, segment):
            known = {id(item) for item in previous.flow}
            previous.flow.extend(item for item in segment.flow if id(item) not in known)
        else:
            joined.append(segment)
    return joined


def _is_next_step(previous: Segment, segment: Segment) -> bool:
    flow = previous.section.flow
    start = max(flow.index(item) for item in previous.flow if isinstance(item, Formula))
    end = flow.index(next(item for item in segment.flow if isinstance(item, Formula)))
    between = flow[start + 1 : end]
    words = sum(item.words for item in between if isinstance(item, Sentence))
    return (
        len(between) <= 2
        and words <= 45
        and len(previous.visuals) < 6
        and all(isinstance(i, Sentence) for i in between)
    )
