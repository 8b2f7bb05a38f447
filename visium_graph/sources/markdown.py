"""Markdown to blocks: CommonMark with tables, mathematics, footnotes, definition lists and front matter."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from visium_graph.sources.assets import ImageKeeper, is_badge
from visium_graph.sources.document import (
    Block,
    CodeBlock,
    Document,
    Formula,
    Heading,
    ItemList,
    Paragraph,
    Quote,
    Table,
)
from visium_graph.sources.html import read_html
from visium_graph.sources.inline import Inline, literal, read_inline, tidy
from visium_graph.sources.latex import clean_display
from visium_graph.sources.math_rules import math_rules
from visium_graph.sources.navigation import is_only_links
from visium_graph.sources.tree import inline_of, nested_items, raw_inline, with_children

__all__ = ["parse_markdown", "pretty_stem"]

_FRONT_MATTER = re.compile(r"\A\s*?(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_JEKYLL_CODE = re.compile(r"^\{%-?\s*(?:highlight\s+([\w+#-]+)[^%]*|endhighlight\s*)-?%\}[ \t]*$", re.MULTILINE)
_DIAGRAMS = re.compile(
    r"mermaid|plantuml|puml|dot|graphviz|vega|vega-lite|chart|flow|flowchart|sequence|ditaa|svgbob|d2|tikz|geojson|stl"
)
_PART = re.compile(
    r"(table of )?contents:?|description|overview|about|abstract|background|summary|installation|usage|features",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\s*(\[!\w+\]|(note|tip|warning|important|caution|info|hint|danger|remark|attention)\s*[:!])", re.IGNORECASE
)
_NOTATION = re.compile(r"\$([^$]+)\$")
_DEFINITION = re.compile(
    r"(?:\$[^$]{1,60}\$|[\w.()\[\]]{1,20}(?: \w{1,15}){0,2}) ?(?:=|:=|:|\u2013|\u2014|->|\u2192) [^.!?=]{2,90}[.;,]?"
)
"""A line that gives a symbol its meaning."""
_ATTRIBUTION = re.compile(r"^\s*(?:[\u2014\u2013\u2015\u2012~]|--+|-\s)\s*(?P<name>\S.{0,150})$", re.DOTALL)


def parse_markdown(text: str, *, origin: str, stem: str, images: ImageKeeper | None = None) -> Document:
    r"""Parse Markdown.

    Args:
        text: the file's content with `\n` newlines.
        origin: what the user gave, for messages.
        stem: the file's name without suffix; the title of last resort.
        images: takes the pictures; without it they are left out.

    Returns:
        The document. Its notes say what was left out; those about pictures stay with `images`.
    """
    meta, text = _front_matter(text)
    text = _JEKYLL_CODE.sub(lambda match: f"```{match.group(1) or ''}", text).expandtabs(4)
    reader = _Reader(images)
    reader.blocks_of(SyntaxTreeNode(_parser().parse(text)))
    title = _meta_text(meta, "title") or _heading_title(reader.blocks) or pretty_stem(stem)
    language = _meta_text(meta, "lang") or _meta_text(meta, "language")
    known = re.fullmatch(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?", language)
    return Document(
        title=title[:300],
        origin=origin,
        language=language.replace("_", "-") if known else "en",
        blocks=_with_lists(reader.blocks),
        notes=reader.all_notes(),
    )


def _heading_title(blocks: list[Block]) -> str:
    """The first level-one heading; failing that, a heading that opens the document and names more than a part of it."""
    headings = [block for block in blocks if isinstance(block, Heading) and not _PART.fullmatch(block.text)]
    top = [heading for heading in headings if heading.level == 1]
    if top:
        return top[0].text
    return headings[0].text if headings and headings[0] is blocks[0] else ""


def pretty_stem(stem: str) -> str:
    """A title made of a file name: `my-first_article` -> `My first article`."""
    words = " ".join(re.sub(r"^\d{4}-\d\d-\d\d[-_]", "", stem).replace("_", " ").replace("-", " ").split())
    return literal(words[:1].upper() + words[1:]) or "Untitled"


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The keys of YAML or TOML front matter, and the text with blank lines in its place (so line numbers hold)."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    body = match.group(2)
    rest = "\n" * match.group().count("\n") + text[match.end() :]
    if match.group(1) == "+++":
        title = re.search(r"^title\s*=\s*([\"'])(.*?)\1\s*$", body, re.MULTILINE)
        return ({"title": title.group(2)} if title else {}), rest
    try:
        data = yaml.safe_load(body)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a date such as 2024-13-45
        title = re.search(r"^title:\s*(.+)$", body, re.MULTILINE)
        return ({"title": title.group(1).strip("\"' ")} if title else {}), rest
    if data is not None and not isinstance(data, dict):
        return {}, text  # prose between two rules
    return data or {}, rest


def _meta_text(meta: dict[str, Any], key: str) -> str:
    value = meta.get(key)
    return literal(tidy(value)) if isinstance(value, str) else ""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.use(amsmath_plugin).use(footnote_plugin, inline=False).use(deflist_plugin).use(admon_plugin)
    parser.disable("math_block")
    math_rules(parser)
    return parser


class _Reader:
    """Walks the syntax tree and collects blocks."""

    def __init__(self, images: ImageKeeper | None) -> None:
        self.blocks: list[Block] = []
        self._images = images
        self._notes: list[str] = []
        self._link_lists: list[int] = []
        self._footnotes = 0
        self._level = 1

    def all_notes(self) -> list[str]:
        notes = list(self._notes)
        if self._link_lists:
            lines = " and ".join(f"line {line}" for line in self._link_lists[:5])
            notes.append(f"lists of links ({lines}) were left out: a video cannot be clicked")
        if self._footnotes:
            notes.append(f"{self._footnotes} footnote{'s were' if self._footnotes > 1 else ' was'} left out")
        return notes

    def blocks_of(self, parent: SyntaxTreeNode) -> None:
        for node in parent.children:
            self._block(node)

    def _block(self, node: SyntaxTreeNode) -> None:  # noqa: C901  # one arm a kind of node
        line = node.map[0] + 1 if node.map else 0
        match node.type:
            case "heading":
                self._heading(inline_of(node), int(node.tag[1]), line)
            case "paragraph":
                self._paragraph(inline_of(node), line)
            case "bullet_list" | "ordered_list":
                self._list(node, line)
            case "blockquote":
                self._quote(node, line)
            case "fence" | "code_block":
                self._code(node, line)
            case "math_block" | "amsmath":
                self._formula(node.content, line)
            case "table":
                self._table(node, line)
            case "html_block":
                self._html(node.content, line)
            case "dl":
                self._definitions(node, line)
            case "footnote_block":
                self._footnotes = len(node.children)
            case "admonition":
                for child in node.children[1:]:  # the first is its title, such as "Note"
                    self._block(child)

    def _heading(self, inline: Inline, level: int, line: int) -> None:
        text = inline.text.rstrip("\u00b6# ")
        self._pictures(inline, line)
        if re.search(r"\w", text):
            self.blocks.append(Heading(level=level, text=text, line=line))
            self._level = level

    def _paragraph(self, inline: Inline, line: int) -> None:
        if is_only_links(inline):
            self._pictures(inline, line)
            return
        if len(inline.lines) > 1 and all(_DEFINITION.fullmatch(row) for row in inline.lines):
            self.blocks.append(ItemList(items=inline.lines, line=line))
            return
        if inline.strong_only and inline.words <= 10 and not re.search(r"[.:;,!?$]\W*$", inline.text):
            # A bold line by itself is how many authors write a small heading.
            self.blocks.append(Heading(level=min(self._level + 1, 6), text=inline.text, line=line))
            return
        words: list[str] = []
        held: list[tuple[str, str]] = []
        for kind, first, second in [*inline.pieces, ("end", "", "")]:
            if kind == "text":
                words.append(first)
            elif kind == "image" and words:
                held.append((first, second))  # a picture in mid-sentence stands after its paragraph
            elif kind == "image":
                self._image(first, second, line)
            else:
                self._add_text(" ".join(words), line, inline.terms)
                for address, alternative in held:
                    self._image(address, alternative, line)
                words, held = [], []
                if kind == "formula":
                    self._formula(first, line)

    def _add_text(self, text: str, line: int, terms: Sequence[str] = ()) -> None:
        text = tidy(text)
        notation = _NOTATION.fullmatch(text.rstrip(" .,;"))
        if notation and re.search(r"[=<>^_\\]", notation.group(1)):
            self._formula(notation.group(1), line)  # nothing but notation in a paragraph is a displayed formula
        elif re.search(r"\w", text):
            self.blocks.append(Paragraph(text=text, line=line, terms=[term for term in terms if term in text]))

    def _image(self, address: str, alternative: str, line: int) -> None:
        if self._images is None or is_badge(address):
            return
        image = self._images.keep(address, alternative, line)
        if image is not None:
            self.blocks.append(image)

    def _pictures(self, inline: Inline, line: int) -> None:
        for kind, address, alternative in inline.pieces:
            if kind == "image":
                self._image(address, alternative, line)

    def _formula(self, latex: str, line: int) -> None:
        cleaned = clean_display(latex)
        if cleaned:
            self.blocks.append(Formula(latex=cleaned, line=line))

    def _code(self, node: SyntaxTreeNode, line: int) -> None:
        words = re.findall(r"[\w+#.-]+", node.info or "")
        language = words[0].lstrip(".").lower() if words else "text"
        if language in ("math", "katex"):
            self._formula(node.content, line)
        elif _DIAGRAMS.fullmatch(language):
            self._notes.append(
                f"the {language} diagram in line {line} was left out: diagrams written as text are not drawn"
            )
        else:
            self._add_code(node.content, language or "text", line)

    def _add_code(self, source: str, language: str, line: int) -> None:
        lines = [row.rstrip() for row in textwrap.dedent(source.expandtabs(4)).split("\n")]
        source = "\n".join(lines).strip("\n")
        if source.strip():
            self.blocks.append(CodeBlock(language=language, source=source, line=line))

    def _table(self, node: SyntaxTreeNode, line: int) -> None:
        rows = [[inline_of(cell).text for cell in row.children] for part in node.children for row in part.children]
        width = max(map(len, rows))
        header, *body = [row + [""] * (width - len(row)) for row in rows]
        # Columns of pictures are empty once the pictures are gone.
        full = [at for at in range(len(header)) if not body or any(row[at] for row in body)]
        header, body = [header[at] for at in full], [[row[at] for at in full] for row in body if any(row)]
        if body or any(header):
            self.blocks.append(Table(header=header if any(header) else [], rows=body, line=line))

    def _html(self, html: str, line: int) -> None:
        content = read_html(html)
        for heading in content.headings:
            if re.search(r"\w", heading):
                self.blocks.append(Heading(level=min(self._level + 1, 6), text=literal(heading), line=line))
        for address, alternative in content.images:
            self._image(address, tidy(literal(alternative)), line)
        for source in content.listings:
            self._add_code(source, "text", line)
        if content.tables:
            self._notes.append(f"the HTML table in line {line} was left out: write it as a Markdown table to show it")
        for paragraph in content.paragraphs:
            inline = read_inline(_parser().parseInline(paragraph)[0].children or [])
            if not (content.links and len(paragraph.split()) < 8):  # the links of a page's head
                self._add_text(inline.text, line)

    def _quote(self, node: SyntaxTreeNode, line: int) -> None:
        paragraphs = [inline_of(child).text for child in node.children if child.type == "paragraph"]
        if not paragraphs or len(paragraphs) != len(node.children) or _ASIDE.match(paragraphs[0]):
            self._aside(node)
            return
        source = raw_inline(node.children[-1])
        *_, last = source.split("\n")
        found = _ATTRIBUTION.match(last)
        attribution = ""
        if found:
            # Parsed again by itself, so that a link or emphasis in the name goes the usual way.
            attribution = read_inline(_parser().parseInline(found.group("name"))[0].children or []).text
            kept = source[: len(source) - len(last)].strip()
            paragraphs[-1] = read_inline(_parser().parseInline(kept)[0].children or []).text if kept else ""
        text = tidy(" ".join(paragraphs))
        if re.search(r"\w", text):
            self.blocks.append(Quote(text=text, attribution=attribution, line=line))

    def _aside(self, node: SyntaxTreeNode) -> None:
        start = len(self.blocks)
        self.blocks_of(node)
        for block in self.blocks[start:]:
            if isinstance(block, Paragraph):
                block.text = re.sub(r"^\[!\w+\]\s*", "", block.text)
        self.blocks[start:] = [b for b in self.blocks[start:] if not (isinstance(b, Paragraph) and not b.text)]

    def _definitions(self, node: SyntaxTreeNode, line: int) -> None:
        items: list[str] = []
        term = ""
        for child in node.children:
            text = " ".join(inline_of(part).text for part in child.walk() if part.type in ("paragraph", "dt"))
            if child.type == "dt":
                term = text
            elif term or text:
                items.append(tidy(f"{term}: {text}" if term else text))
        if items:
            self.blocks.append(ItemList(items=items, line=line))

    def _list(self, node: SyntaxTreeNode, line: int) -> None:
        ordered = node.type == "ordered_list"
        inlines = [inline_of(part) for item in node.children for part in item.children if part.type == "paragraph"]
        if inlines and all(map(is_only_links, inlines)):
            if not all(link.startswith("#") for inline in inlines for link in inline.links):
                self._link_lists.append(line)  # otherwise it is a table of contents
            for inline in inlines:
                self._pictures(inline, line)
            return
        items: list[str] = []
        broken = any(part.type in _BREAKS_LIST for item in node.children for part in item.children)
        for item in node.children:
            items.extend(self._item(item, broken=broken))
        if items:
            self._flush_items(items, ordered=ordered, line=line, broken=broken)

    def _item(self, item: SyntaxTreeNode, *, broken: bool) -> list[str]:
        """The strings of one item. Where the list is broken by listings or pictures, blocks are added directly."""
        texts: list[str] = []
        children: list[str] = []
        for part in item.children:
            if part.type == "paragraph":
                inline = inline_of(part)
                texts.append(inline.text)
                self._pictures(inline, 0)
            elif part.type in ("bullet_list", "ordered_list"):
                children.extend(nested_items(part))
            elif broken:
                self._flush_items(with_children(texts, children), ordered=False, line=0, broken=True)
                texts, children = [], []
                self._block(part)
        items = with_children(texts, children)
        if broken:
            self._flush_items(items, ordered=False, line=item.map[0] + 1 if item.map else 0, broken=True)
            return []
        return items

    def _flush_items(self, items: list[str], *, ordered: bool, line: int, broken: bool) -> None:
        items = [item for item in items if re.search(r"\w|\$", item)]
        if broken:
            for item in items:
                self._add_text(item, line)
        elif items:
            self.blocks.append(ItemList(ordered=ordered, items=items, line=line))


_BREAKS_LIST = ("fence", "code_block", "math_block", "amsmath", "table", "heading", "blockquote", "html_block")


def _with_lists(blocks: list[Block]) -> list[Block]:
    """The blocks, where paragraphs in a row that each say what a symbol means ("k = number of bits") are a list."""
    result: list[Block] = []
    for block in blocks:
        previous = result[-1] if result else None
        if not isinstance(block, Paragraph) or not _DEFINITION.fullmatch(block.text):
            result.append(block)
        elif isinstance(previous, ItemList) and all(_DEFINITION.fullmatch(item) for item in previous.items):
            previous.items.append(block.text)
        elif isinstance(previous, Paragraph) and _DEFINITION.fullmatch(previous.text):
            result[-1] = ItemList(items=[previous.text, block.text], line=previous.line)
        else:
            result.append(block)
    return result
