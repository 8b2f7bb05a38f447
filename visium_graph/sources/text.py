"""Plain text to blocks: paragraphs, guessed headings, bullets and indented listings."""

from __future__ import annotations

import re
import textwrap

from visium_graph.sources.document import Block, CodeBlock, Document, Heading, ItemList, Paragraph
from visium_graph.sources.inline import literal, tidy
from visium_graph.sources.markdown import pretty_stem

__all__ = ["parse_text"]

_BULLET = re.compile(r"^\s{0,8}(?:[-*+\u2022\u2023\u25e6\u2043\u00b7]|(?P<number>\(?\d{1,3}[.)]))\s+(?=\S)")
_UNDERLINE = re.compile(r"^\s*([=\-~^*_])\1{2,}\s*$")
_LONGEST_HEADING = 80


def parse_text(text: str, *, origin: str, stem: str) -> Document:
    r"""Parse plain text.

    Paragraphs are separated by blank lines and their wrapped lines are joined. A heading is an underlined line, or
    a short line by itself that does not end as a sentence and has text below it. Lines that are indented by four
    spaces and look like code are a listing.

    Args:
        text: the file's content with `\n` newlines.
        origin: what the user gave, for messages.
        stem: the file's name without suffix; the title of last resort.
    """
    groups = _groups(text.expandtabs(4).split("\n"))
    blocks: list[Block] = []
    for position, (line, rows) in enumerate(groups):
        last = position == len(groups) - 1
        blocks.extend(_read_group(rows, line, has_more=not last))
    headings = [block for block in blocks if isinstance(block, Heading)]
    title = headings[0].text if headings else pretty_stem(stem)
    if blocks and isinstance(blocks[0], Heading):
        blocks[0].level = 1
    return Document(title=title[:300], origin=origin, blocks=_join_listings(blocks))


def _groups(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Runs of lines without a blank one, each with its first line's number."""
    groups: list[tuple[int, list[str]]] = []
    start: int | None = None
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip() and start is None:
            start = number
        elif not line.strip() and start is not None:
            groups.append((start, lines[start - 1 : number - 1]))
            start = None
    return groups


def _read_group(rows: list[str], line: int, *, has_more: bool) -> list[Block]:
    if len(rows) > 1 and _UNDERLINE.match(rows[1]) and len(rows[0].strip()) <= _LONGEST_HEADING:
        level = 1 if rows[1].strip().startswith("=") else 2
        rest = _read_group(rows[2:], line + 2, has_more=has_more) if rows[2:] else []
        return [Heading(level=level, text=_rich(rows[0]), line=line), *rest]
    rows = [row for row in rows if re.search(r"\w", row)]
    if not rows:
        return []
    if _is_listing(rows):
        return [CodeBlock(language="text", source=textwrap.dedent("\n".join(row.rstrip() for row in rows)), line=line)]
    if len(rows) == 1 and has_more and _is_heading(rows[0]):
        return [Heading(level=2, text=_rich(rows[0]), line=line)]
    return _prose(rows, line)


def _prose(rows: list[str], line: int) -> list[Block]:
    """Paragraphs and bullets of one run of lines."""
    if not any(_BULLET.match(row) for row in rows):
        return [Paragraph(text=_rich(" ".join(rows)), line=line)]
    blocks: list[Block] = []
    lead: list[str] = []
    items: list[str] = []
    ordered = False
    for row in rows:
        mark = _BULLET.match(row)
        if mark:
            ordered = ordered or (not items and mark.group("number") is not None)
            items.append(row[mark.end() :])
        elif items:
            items[-1] += " " + row.strip()
        else:
            lead.append(row)
    if lead:
        blocks.append(Paragraph(text=_rich(" ".join(lead)), line=line))
    blocks.append(ItemList(ordered=ordered, items=[_rich(item) for item in items], line=line + len(lead)))
    return blocks


def _is_listing(rows: list[str]) -> bool:
    if any(not row.startswith("    ") for row in rows) or any(_BULLET.match(row) for row in rows):
        return False
    # An indented paragraph is prose: it has long lines of words and ends as a sentence.
    code_like = sum(1 for row in rows if re.search(r"[{}=;<>|\\]|\w\(|^\s*[$#>]\s|^\s*\w+:$|^ {8,}", row))
    return code_like * 2 >= len(rows) or not re.search(r"[.!?]['\")]*$", rows[-1].rstrip())


def _is_heading(row: str) -> bool:
    text = row.strip()
    if row.startswith("    ") or (_BULLET.match(row) and not re.match(r"\s*\d+[.)]\s+[A-Z]", row)):
        return False
    return len(text) <= _LONGEST_HEADING and len(text.split()) <= 12 and not re.search(r"[.!?:;,\"\u201d]$", text)


def _join_listings(blocks: list[Block]) -> list[Block]:
    """Listings parted by a blank line only are one listing."""
    joined: list[Block] = []
    for block in blocks:
        previous = joined[-1] if joined else None
        if isinstance(block, CodeBlock) and isinstance(previous, CodeBlock):
            previous.source += "\n\n" + block.source
        else:
            joined.append(block)
    return joined


def _rich(text: str) -> str:
    return literal(tidy(text))
