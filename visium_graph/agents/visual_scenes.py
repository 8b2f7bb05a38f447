"""Narration of a visual: the sentences around it, or a short honest one made of what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from visium_graph.agents.listings import excerpt
from visium_graph.agents.narration import beats_of_sentences, halved, make_beat, trim
from visium_graph.agents.outline import Sentence
from visium_graph.agents.script_types import ScriptBeat
from visium_graph.agents.segments import Segment
from visium_graph.agents.sentences import count_words, finish, is_speakable, split_sentences, without_brackets
from visium_graph.sources.document import Block, CodeBlock, Formula, Image, ItemList, Quote, Table

__all__ = ["Narrated", "narrate_visual"]

_LINES = 25
_ROWS = 12
_COLUMNS = 6
_READ_ROWS = 3
_MOST_READ_COLUMNS = 3
_ROW_WORDS = 18
_ITEMS = 8
_MOST_BEATS = 6


_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|/)\S+|\S+/\S+/\S*")
_NUMBERED = re.compile(r"\b(?:Figure|Fig\.|Listing|Table|Chapter|Section|Equation|Eq\.|Example) ?\(?\d|https?://")
"""A reference by a number that the slide does not carry."""


@dataclass
class Narrated:
    """A scene's beats and material, and what was cut to fit."""

    beats: list[ScriptBeat]
    material: list[Block]
    cuts: list[str] = field(default_factory=list)


def narrate_visual(segment: Segment, words: int, *, english: bool) -> Narrated:
    """Beats for a segment with a visual.

    Args:
        segment: with one visual, or with several formulas.
        words: spoken words that the scene may take.
        english: whether a sentence of our own may be added; in another language what is there is read out bare.
    """
    narrators: dict[str, Callable[[Segment, int, bool], Narrated]] = {
        "formula": _formula,
        "code": _code,
        "table": _table,
        "image": _image,
        "list": _list,
        "quote": _quote,
    }
    return narrators[segment.kind](segment, words, english)


def _around(segment: Segment, words: int) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences before and after the visual, trimmed together; the one that introduces it stays."""
    at = next(index for index, item in enumerate(segment.flow) if not isinstance(item, Sentence))
    before = [item for item in segment.flow[:at] if isinstance(item, Sentence)]
    after = [item for item in segment.flow[at:] if isinstance(item, Sentence)]
    telling = [s for s in (*before, *after) if not _NUMBERED.search(s.text)] or [*before, *after]
    keep = before[-1] if before and before[-1] in telling else None
    kept = trim(telling, words, keep=keep) if telling else []
    return [s for s in before if s in kept], [s for s in after if s in kept]


def _formula(segment: Segment, words: int, english: bool) -> Narrated:
    formulas = [item for item in segment.flow if isinstance(item, Formula)]
    beats: list[ScriptBeat] = []
    pending: list[Sentence] = []
    for item in segment.flow:
        if isinstance(item, Sentence):
            pending.append(item)
            continue
        assert isinstance(item, Formula)
        number = formulas.index(item)
        lead = trim(pending, 50, keep=pending[-1]) if pending else []
        pending = []
        if lead:
            # A long lead would leave the screen still: its first half speaks before the formula that is there.
            *first, last = halved(lead, 40)
            beats += [make_beat(len(beats) + 1, group, material=[number]) for group in first]
            beats.append(make_beat(len(beats) + 1, last, formula=item.latex, material=[number]))
        elif beats and len(beats[-1].material) < 3:
            beats[-1].material.append(number)
        else:
            beats.append(
                ScriptBeat(id=f"b{len(beats) + 1}", say=_bare_formula(item.latex, segment, english), material=[number])
            )
    room = max(30, words - sum(count_words(beat.say) for beat in beats))
    trail = beats_of_sentences(trim(pending, room), len(beats) + 1) if pending else []
    if trail and beats and not beats[0].sources and len(beats) == 1:
        trail[0].material, trail[0].id = beats[0].material, "b1"  # the sentence after it says what it is
        beats = []
    return Narrated([*beats, *trail[: max(1, _MOST_BEATS - len(beats))]], list(formulas))


def _bare_formula(latex: str, segment: Segment, english: bool) -> str:
    if is_speakable(latex) or (len(latex) <= 120 and "\\begin" not in latex and "\\\\" not in latex):
        return f"${' '.join(latex.split())}$."
    return "Here is the formula." if english else finish(segment.section.title)


def _code(segment: Segment, words: int, english: bool) -> Narrated:
    block = segment.visuals[0]
    assert isinstance(block, CodeBlock)
    before, after = _around(segment, words)
    cuts: list[str] = []
    lines = block.source.split("\n")
    first, last = excerpt(block.source, " ".join(item.text for item in (*before, *after)), _LINES)
    if (first, last) != (1, len(lines)):
        shown = lines[first - 1 : last]
        indent = min((len(line) - len(line.lstrip()) for line in shown if line.strip()), default=0)
        block = block.model_copy(update={"source": "\n".join(line[indent:] for line in shown).rstrip()})
        cuts.append(
            f"Of the listing in \u201c{segment.section.title}\u201d lines {first} to {last} of {len(lines)} are shown."
        )
    beats = beats_of_sentences(before, 1)
    beats += beats_of_sentences(after, len(beats) + 1)
    if len(beats) > 1 and "\n" not in block.source.strip():
        beats = [make_beat(1, [*before, *after])]  # one line lights up once
    if not beats:
        language = (
            block.language if block.language not in ("text", "txt", "plain", "plaintext", "nohighlight", "none") else ""
        )
        named = f"Here is the listing in {language.capitalize()}." if language else "Here is the listing."
        beats = [ScriptBeat(id="b1", say=named if english else finish(segment.section.title))]
    for beat in beats:
        beat.material = [0]
    return Narrated(beats[:_MOST_BEATS], [block], cuts)


def _table(segment: Segment, words: int, english: bool) -> Narrated:
    block = segment.visuals[0]
    assert isinstance(block, Table)
    block, cuts = _fitted_table(block, segment.section.title)
    before, after = _around(segment, words)
    beats = beats_of_sentences(before, 1)
    trail = beats_of_sentences(after, len(beats) + 1)
    if not beats and not trail:
        names = [cell for cell in block.header if cell]
        listed = ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)
        own = f"This table lists {listed}." if listed else "Here is the table."
        beats = [ScriptBeat(id="b1", say=own if english else finish(listed or segment.section.title))]
    if not trail and sum(count_words(beat.say) for beat in beats) < 20:
        beats += _read_rows(block, len(beats) + 1)
    beats += [beat.model_copy(update={"id": f"b{len(beats) + 1 + i}"}) for i, beat in enumerate(trail)]
    for beat in beats:
        beat.material = [0]
    return Narrated(beats[:_MOST_BEATS], [block], cuts)


def _fitted_table(block: Table, title: str) -> tuple[Table, list[str]]:
    cuts: list[str] = []
    width = max(len(block.header), *(len(row) for row in block.rows)) if block.rows else len(block.header)
    header = (block.header + [""] * width)[:width] if block.header else []
    rows = [(row + [""] * width)[:width] for row in block.rows] or [header]
    if not block.rows:
        header = []
    if width > _COLUMNS:
        cuts.append(f"Of the table in \u201c{title}\u201d {_COLUMNS} of {width} columns are shown.")
    if len(rows) > _ROWS:
        cuts.append(f"Of the table in \u201c{title}\u201d {_ROWS} of {len(rows)} rows are shown.")
    rows = [row[:_COLUMNS] for row in rows[:_ROWS]]
    return block.model_copy(update={"header": header[:_COLUMNS], "rows": rows}), cuts


def _read_rows(block: Table, start: int) -> list[ScriptBeat]:
    """The first rows read out, cell by cell under the names of their columns; none where that is too much to hear.

    An address is shown, not read: of its row the other cells are, and rows that then sound alike share a beat.
    """
    beats: list[ScriptBeat] = []
    if max(map(len, block.rows)) > _MOST_READ_COLUMNS:
        return beats
    addresses = all(_ADDRESS.fullmatch(row[0]) for row in block.rows)
    for row in block.rows if addresses and len(block.rows) <= _ITEMS else block.rows[:_READ_ROWS]:
        say = finish(_read_row(row[1:], []) if addresses else _read_row(row, block.header))
        if not re.search(r"\w", say) or count_words(say) > _ROW_WORDS:
            return []
        if beats and beats[-1].say == say:
            beats[-1].sources.append(" | ".join(row))
        else:
            beats.append(ScriptBeat(id=f"b{start + len(beats)}", say=say, sources=[" | ".join(row)]))
    return beats


def _read_row(row: list[str], header: list[str]) -> str:
    names = header if len(row) > 2 and header else [""] * len(row)
    cells = [f"{name} {cell}".strip() for name, cell in zip(names[1:], row[1:], strict=True) if re.search(r"\w", cell)]
    return f"{row[0]}: {'; '.join(cells)}" if row and row[0] and cells else "; ".join([*row[:1], *cells])


def _image(segment: Segment, words: int, english: bool) -> Narrated:
    block = segment.visuals[0]
    assert isinstance(block, Image)
    before, after = _around(segment, words)
    beats = beats_of_sentences(before, 1)
    beats += beats_of_sentences(after, len(beats) + 1)
    if not beats:
        own = f"The picture shows this: {block.alt}" if english and block.alt else block.alt or segment.section.title
        beats = [ScriptBeat(id="b1", say=finish(own), sources=[block.alt] if block.alt else [])]
    for beat in beats:
        beat.material = [0]
    return Narrated(beats[:_MOST_BEATS], [block])


def _list(segment: Segment, words: int, english: bool) -> Narrated:  # noqa: ARG001  # the items speak for themselves
    block = segment.visuals[0]
    assert isinstance(block, ItemList)
    before, _ = _around(segment, words)
    items = _chosen_items(block, max(words, 60))
    cuts: list[str] = []
    if len(items) < len(block.items):
        title = segment.section.title
        cuts.append(f"Of the list in \u201c{title}\u201d {len(items)} of {len(block.items)} items are shown.")
    per_beat = -(-len(items) // _MOST_BEATS)
    beats: list[ScriptBeat] = []
    for start in range(0, len(items), per_beat):
        group = items[start : start + per_beat]
        say = " ".join(finish(_spoken_item(item)) for item in group)
        beats.append(ScriptBeat(id=f"b{len(beats) + 1}", say=say, sources=group, material=[0]))
    if before:
        lead = [s.text if s is before[-1] and s.text.endswith(":") else finish(s.text) for s in before]
        beats[0].say = " ".join([*lead, beats[0].say])
        beats[0].sources = [sentence.text for sentence in before] + beats[0].sources
    return Narrated(beats, [block.model_copy(update={"items": items})], cuts)


def _chosen_items(block: ItemList, words: int) -> list[str]:
    """The first items (steps must follow one another, and authors put first what matters), within the words."""
    items: list[str] = []
    total = 0
    for item in block.items:
        total += count_words(_spoken_item(item))
        if len(items) >= 3 and (total > words or len(items) == _ITEMS):
            break
        items.append(item)
    return items


def _spoken_item(item: str) -> str:
    """An item of several sentences is spoken up to about forty words."""
    if count_words(item) > 40:
        item = without_brackets(item)
    spoken = ""
    for sentence in split_sentences(item):
        if spoken and count_words(spoken) + count_words(sentence) > 40:
            break
        spoken = f"{spoken} {sentence}".strip()
    return spoken


def _quote(segment: Segment, words: int, english: bool) -> Narrated:  # noqa: ARG001  # a quotation is read as it is
    block = segment.visuals[0]
    assert isinstance(block, Quote)
    before, _ = _around(segment, words)
    sentences: list[str] = []
    for sentence in split_sentences(block.text):
        if sentences and sum(map(count_words, sentences)) + count_words(sentence) > max(words, 60):
            break
        sentences.append(sentence)
    shown = " ".join(sentences)
    cuts = [] if shown == block.text else [f"The quotation in \u201c{segment.section.title}\u201d is shown in part."]
    pairs = [" ".join(sentences[i : i + 2]) for i in range(0, len(sentences), 2)][:_MOST_BEATS]
    beats = [ScriptBeat(id=f"b{i}", say=finish(pair), sources=[pair], material=[0]) for i, pair in enumerate(pairs, 1)]
    if before:
        beats[0].say = f"{before[-1].text} {beats[0].say}"
        beats[0].sources.insert(0, before[-1].text)
    elif block.attribution:
        beats[0].say = f"{block.attribution}: {beats[0].say}"
    return Narrated(beats, [block.model_copy(update={"text": shown})], cuts)
