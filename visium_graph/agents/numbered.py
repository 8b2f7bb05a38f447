"""A document as the script writer's model reads it: every sentence, item, row and thing to see has a number.

Claims name the numbers that they rest on, and what is shown is taken by its number, so nothing is typed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from visium_graph.agents.left_out import not_shown, quoted
from visium_graph.agents.outline import Section, Sentence, Visual, outline_of
from visium_graph.agents.told_script import told_material
from visium_graph.sources.document import CodeBlock, Document, Formula, Image, ItemList, Quote, Table

__all__ = ["NumberedDocument", "Unit", "number_document"]

LONGEST = 60_000
"""Characters of a document that are read whole: about 15 thousand tokens."""
_LINES = 60
"""Lines of a listing, and rows of a table, that are read."""


@dataclass(frozen=True, eq=False)
class Unit:
    """Something with a number."""

    text: str
    """What a beat that rests on it keeps as its source."""
    section: int
    visual: Visual | None = None
    """What can be shown by naming it: the thing itself or, for an item or a row, the list or table it belongs to."""


@dataclass
class NumberedDocument:
    """The numbered text, and what each number means."""

    text: str = ""
    """Markdown."""
    units: dict[int, Unit] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    """Titles of sections beside the point, which are not read."""
    share: float = 1.0
    """Of the document's sentences, those that are read."""

    def left_out(self, told: set[int], shown: Sequence[Visual]) -> list[str]:
        """Sentences for the user, given the numbers that the script rests on and what it shows."""
        notes = [f"Beside the point and left out: {quoted(self.asides)}."] if self.asides else []
        if self.share < 1:
            notes.append(
                f"The document is long: the script writer read the most telling {round(100 * self.share)} % of its sentences."
            )
        touched = {self.units[number].section for number in told}
        skipped = [section.title for index, section in enumerate(self.sections) if index not in touched]
        if skipped:
            notes.append(f"Left out for length: {quoted(skipped)}.")
        return notes + not_shown((visual for section in self.sections for visual in section.visuals), shown)


def number_document(document: Document, longest: int = LONGEST) -> NumberedDocument:
    """Number a document; of a long one each section keeps its best sentences, as many as its share of the room.

    Args:
        document: stays as it is.
        longest: about how many characters of text may be read.
    """
    outline = outline_of(document.model_copy(deep=True))
    made = NumberedDocument(sections=[section for section in outline.sections if not section.aside])
    made.asides = [section.title for section in outline.sections if section.aside]
    sizes = [sum(len(sentence.text) for sentence in section.sentences) for section in made.sections]
    room = longest / max(1, longest, sum(sizes))
    lines: list[str] = []
    read = 0
    for index, (section, size) in enumerate(zip(made.sections, sizes, strict=True)):
        kept = _best(section.sentences, size * room) if room < 1 else set(section.sentences)
        read += len(kept)
        lines += ["", f"{'#' * min(6, section.level + 1)} {section.title}", ""]
        for item in section.flow:
            if not isinstance(item, Sentence):
                lines += _visual(made, item, index)
            elif item in kept:
                lines.append(f"[{_add(made, Unit(item.text, index))}] {item.text}")
    made.text = "\n".join(lines).strip()
    made.share = read / max(1, sum(len(section.sentences) for section in made.sections))
    return made


def _best(sentences: Sequence[Sentence], room: float) -> set[Sentence]:
    """The best sentences that fit, and one at least."""
    kept: set[Sentence] = set()
    for sentence in sorted(sentences, key=lambda sentence: -sentence.score):
        room -= len(sentence.text)
        if room < 0 and kept:
            break
        kept.add(sentence)
    return kept


def _add(made: NumberedDocument, unit: Unit) -> int:
    number = len(made.units) + 1
    made.units[number] = unit
    return number


def _visual(made: NumberedDocument, visual: Visual, section: int) -> Iterator[str]:
    """A thing to see under its number; items and rows have numbers of their own."""
    whole = _add(made, Unit(_source(visual), section, visual))
    members = _members(visual)
    if not members:
        yield from told_material(visual, f"[{whole}]", _LINES)
        return
    yield next(told_material(visual, f"[{whole}]"))
    for member in members[:_LINES]:
        yield f"  [{_add(made, Unit(member, section, visual))}] {member}"
    if len(members) > _LINES:
        yield f"  ... ({len(members) - _LINES} more)"


def _members(visual: Visual) -> list[str]:
    match visual:
        case ItemList():
            return visual.items
        case Table():
            return [" | ".join(row) for row in visual.rows]
    return []


def _source(visual: Visual) -> str:
    match visual:
        case Formula():
            return f"${visual.latex}$"
        case CodeBlock():
            return visual.source.strip().split("\n")[0]
        case Table():
            return " | ".join(visual.header)
        case ItemList():
            return ""
        case Image():
            return visual.alt
        case Quote():
            return visual.text
