"""A document as sections of ranked sentences and visuals: what the script writer chooses from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from visium_graph.agents.ranking import centrality, content_words, manner
from visium_graph.agents.sentences import count_words, is_definition, split_sentences, without_references
from visium_graph.sources.document import (
    CodeBlock,
    Document,
    Formula,
    Heading,
    Image,
    ItemList,
    Paragraph,
    Quote,
    Table,
)

__all__ = ["Outline", "Section", "Sentence", "Visual", "condensed", "outline_of"]

_FEWEST_ITEM_WORDS, _MOST_ITEM_WORDS = 6, 40
_MOST_SYMBOLS = 5
_SMALL_PART, _JOINED_PARTS = 60, 130
"""Words of a part that may be joined to its section, and of the section with its parts."""

Visual = CodeBlock | Formula | Image | ItemList | Quote | Table
"""What becomes a slide of its own kind."""

_BESIDE_THE_POINT = re.compile(
    r"(?:table of )?contents|toc|licen[cs]es?|licensing|references|further reading|see also|bibliography|acknowledge?ments?|"
    r"credits|thanks|contribut(?:ing|ors?|ions?)|how to contribute|practice problems|exercises|problems|homework|footnotes?|notes|"
    r"code of conduct|sponsors?|backers|support|supporting|donat\w+|authors?|maintainers?|contact|cit(?:ation|ing).*|badges?|"
    r"links|related (?:posts|work|links|projects|articles)|external links|resources|share this|comments|about the author|"
    r"security|packaging|documentation|developing|development|building|testing|changelog|release notes|community|"
    r"source code|getting help|get(?:ting)? involved|help with .*|support (?:the|this|us).*|getting in touch|where to go.*|"
    r"how to use this book|who this book is for|how to cite.*|additional resources|reading list|sources",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:in )?(?:conclusions?|summary|recap|wrap(?:ping)?[ -]?up|closing(?: (?:thoughts|remarks|words))?|final (?:thoughts|words|remarks)|"
    r"(?:key )?take-?aways?|to sum up|tl;?dr|epilogue|afterword|the end|lessons learned|what we learned|concluding remarks|discussion)\b.*",
    re.IGNORECASE,
)
_CALL_FOR_ATTENTION = re.compile(
    r"(?:please )?(?:note|tip|hint|warning|caution|important|attention|remark|update|edit|nb|example|disclaimer|tl;?dr)s?",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:File ?name|File):.{1,80}|(?:Listing|Figure|Fig\.|Table|Code|Image|Photo)\s*[A-Z]?[\d.-]*\d\s*[:.\u2014].{0,300}|"
    r"(?:Source|Output|Code|Image|Photo|Caption|Credit|Example)s?:.{0,60}",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Sentence:
    """One sentence of the document's prose."""

    text: str
    section: int
    block: int
    """Index of its paragraph among the document's blocks."""
    words: int
    score: float = 0.0
    first: bool = False
    last: bool = False
    item: bool = False
    """Whether it is an item of a list that stands alone, such as a numbered rule above its example."""
    terms: list[str] = field(default_factory=list)
    """What its author emphasised in it."""

    @property
    def leading_term(self) -> str:
        """The emphasised term that its paragraph begins with, maybe after an article; empty where there is none."""
        for term in self.terms if self.first else []:
            name = term.strip(" .:,")
            if _CALL_FOR_ATTENTION.fullmatch(name):
                return ""
            if re.match(
                rf"(?:(?:An?|The|Each|Every|Our|Your|In|Using) )?[\"\u201c]?{re.escape(name)}(?!\w)", self.text
            ):
                return name
        return ""


class Flow:
    """Prose and visuals in the author's order."""

    flow: list[Sentence | Visual]

    @property
    def sentences(self) -> list[Sentence]:
        """Its prose, in order."""
        return [item for item in self.flow if isinstance(item, Sentence)]

    @property
    def visuals(self) -> list[Visual]:
        """Its formulas, listings, tables, pictures, lists and quotations, in order."""
        return [item for item in self.flow if not isinstance(item, Sentence)]

    @property
    def words(self) -> int:
        """Words of its prose and lists."""
        listed = sum(count_words(item) for block in self.visuals if isinstance(block, ItemList) for item in block.items)
        return listed + sum(sentence.words for sentence in self.sentences)


@dataclass(eq=False)
class Section(Flow):
    """What stands between two headings: sentences and visuals in reading order."""

    title: str
    level: int
    chapter: int
    """Sections under the same heading of the level above share a chapter."""
    flow: list[Sentence | Visual] = field(default_factory=list)
    closing: bool = False
    aside: bool = False
    """Beside the point, going by its heading: licence, references, exercises."""


@dataclass
class Outline:
    """The sections of a document, in order, those beside the point included."""

    title: str
    sections: list[Section]

    @property
    def words(self) -> int:
        """Words of the prose and lists that are to the point."""
        return sum(section.words for section in self.sections if not section.aside)


def outline_of(document: Document) -> Outline:
    """Sections with scored sentences.

    Captions that stand as paragraphs ("Listing 3:") are dropped; one below a picture without alternative text becomes
    that text.
    """
    sections = _sections(document)
    if all(section.aside or not section.flow for section in sections):
        for section in sections:  # nothing else is there, so it is the point
            section.aside = False
    _score(document, sections)
    return Outline(document.title, [section for section in sections if section.flow])


def condensed(outline: Outline, most: int) -> Outline:
    """The outline with short parts of prose joined to the section that they are parts of, where there are too many.

    Args:
        outline: the sections of a document.
        most: the number of sections above which they are joined.
    """
    kept: list[Section] = []
    surplus = sum(1 for section in outline.sections if not section.aside) - most
    for section in outline.sections:
        parent = kept[-1] if kept else None
        joins = (
            parent is not None and surplus > 0 and parent.level < section.level and parent.chapter == section.chapter
        )
        joins = (
            joins and parent is not None and parent.title != outline.title
        )  # the document is not one of its chapters
        if parent is not None and joins and _is_small_part(parent, section):
            kept[-1] = replace(parent, flow=[*parent.flow, *section.flow])
            surplus -= 1
        else:
            kept.append(section)
    return Outline(outline.title, kept)


def _is_small_part(parent: Section, part: Section) -> bool:
    plain = not parent.visuals and not part.visuals and not part.aside and not part.closing
    return plain and part.words <= _SMALL_PART and parent.words + part.words <= _JOINED_PARTS


def clean_title(text: str) -> str:
    """A heading without its number: `2.1 Proof` -> `Proof`."""
    return (
        re.sub(r"^(?:\d+(?:\.\d+)+\.?|\d+[.):]|\d+ [-\u2013\u2014]|[IVX]+\.)\s+(?=\S)", "", text).strip(" :\u2014-")
        or text
    )


def _sections(document: Document) -> list[Section]:
    sections = [Section(document.title, 1, 0)]
    levels = sorted({block.level for block in document.blocks if isinstance(block, Heading)})
    if len(levels) > 1 and sum(1 for b in document.blocks if isinstance(b, Heading) and b.level == levels[0]) == 1:
        levels = levels[1:]  # a single top heading is the document's title, not a chapter
    top = levels[0] if levels else 1
    chapter, aside_level = 0, 99
    for index, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            title = clean_title(block.text)
            chapter += block.level <= top
            if block.level <= aside_level:
                aside_level = block.level if _BESIDE_THE_POINT.fullmatch(title) else 99
            section = Section(title, block.level, chapter, aside=aside_level < 99)
            section.closing = _CLOSING.fullmatch(title) is not None
            sections.append(section)
        elif isinstance(block, Paragraph):
            _add_paragraph(sections[-1], block, index, len(sections) - 1)
        elif isinstance(block, ItemList):
            items = [
                re.sub(r"[\s(<]*(?:\b(?:in|at|see|by|from) )?https?://[^\s)>]+[)>]?", "", without_references(item))
                for item in block.items
            ]
            block.items = [item for item in items if re.search(r"\w", item)]  # an address is no pleasure to hear
            _add_list(sections[-1], block, index, len(sections) - 1)
        else:
            sections[-1].flow.append(block)
    return sections


def _add_list(section: Section, block: ItemList, index: int, number: int) -> None:
    """A list, or where listings or formulas cut it into single items, the item as a paragraph."""
    if len(block.items) == 1 and _FEWEST_ITEM_WORDS <= count_words(block.items[0]) <= _MOST_ITEM_WORDS:
        start = len(section.flow)
        _add_paragraph(section, Paragraph(text=block.items[0]), index, number)
        for item in section.flow[start:]:
            if isinstance(item, Sentence):
                item.item = True
    elif section.flow and isinstance(section.flow[-1], Formula) and _is_legend(block):
        text = ", ".join(item.rstrip(".,;") for item in block.items) + "."
        section.flow.append(Sentence(text, number, index, count_words(text), first=True, last=True))
    elif block.items:
        section.flow.append(block)


def _is_legend(block: ItemList) -> bool:
    """Whether a list says what the symbols of a formula mean."""
    short = len(block.items) <= _MOST_SYMBOLS and sum(map(count_words, block.items)) <= _MOST_ITEM_WORDS
    return short and all(map(is_definition, block.items))


def _add_paragraph(section: Section, block: Paragraph, index: int, number: int) -> None:
    previous = section.flow[-1] if section.flow else None
    if _CAPTION.fullmatch(block.text) or (
        isinstance(previous, Image) and re.match(r"(?:Figure|Fig\.|Image|Photo|Caption)\b", block.text)
    ):
        if isinstance(previous, Image) and not previous.alt:
            previous.alt = re.sub(r"^(?:Figure|Fig\.|Image|Photo|Caption)\s*[\d.]*\s*[:.\u2014-]?\s*", "", block.text)
        return
    # A tagline above an introduction that begins with it would be heard twice.
    known = {item.text for item in section.flow if isinstance(item, Sentence)}
    parts = [text for text in split_sentences(without_references(block.text)) if text not in known]
    for position, text in enumerate(parts):
        sentence = Sentence(
            text, number, index, count_words(text), first=position == 0, last=position == len(parts) - 1
        )
        sentence.terms = [term for term in block.terms if term in text]
        section.flow.append(sentence)


def _score(document: Document, sections: list[Section]) -> None:
    sentences = [sentence for section in sections for sentence in section.sentences]
    document_words = set(content_words(document.title))
    for sentence, share in zip(sentences, centrality([sentence.text for sentence in sentences]), strict=True):
        section = sections[sentence.section]
        title_words = document_words | set(content_words(section.title))
        mine = section.sentences
        place = (0.35 if sentence is mine[0] else 0.0) + (0.15 if sentence.first else 0.0)
        place += 0.1 if sentence is mine[-1] and len(mine) > 2 else 0.0
        sentence.score = share + manner(sentence.text, title_words) + place
