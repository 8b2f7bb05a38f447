"""The HTML inside Markdown: its words, pictures and listings; everything else of it is dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["HtmlContent", "read_html"]

_SILENT = frozenset(("script", "style", "svg", "iframe", "video", "audio", "object", "math", "noscript", "template"))
_SCRIPTS = frozenset(("sup", "sub"))
_BREAKS = re.compile(r"p|div|br|li|[uo]l|h[1-6]|t[rdh]|table|blockquote|summary|details|center|d[dt]|figcaption")


@dataclass
class HtmlContent:
    """What a piece of HTML holds."""

    headings: list[str] = field(default_factory=list)
    """What summaries of folded parts say."""
    paragraphs: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    """Address and alternative text."""
    listings: list[str] = field(default_factory=list)
    links: int = 0
    tables: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.content = HtmlContent()
        self._words: list[str] = []
        self._silent = 0
        self._pre: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "img" and values.get("src"):
            self.content.images.append((values["src"] or "", values.get("alt") or ""))
        elif tag == "pre":
            self.flush()
            self._pre = []
        elif tag == "a":
            self.content.links += 1
        elif tag == "table":
            self.content.tables += 1
            self._silent += 1
        if tag in _SCRIPTS and not self._silent and self._pre is None:
            self._words.append(f"<{tag}>")  # read again with the Markdown around it
        if _BREAKS.fullmatch(tag):
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag == "summary" and self._words:
            self.content.headings.append(" ".join("".join(self._words).split()))
            self._words = []
        if tag in _SILENT or tag == "table":
            self._silent = max(0, self._silent - 1)
        elif tag == "pre" and self._pre is not None:
            self.content.listings.append("".join(self._pre).strip("\n"))
            self._pre = None
        if tag in _SCRIPTS and not self._silent and self._pre is None:
            self._words.append(f"</{tag}>")
        if _BREAKS.fullmatch(tag):
            self.flush()

    def handle_data(self, data: str) -> None:
        if self._pre is not None:
            self._pre.append(data)
        elif not self._silent:
            self._words.append(data)

    def flush(self) -> None:
        text = " ".join("".join(self._words).split())
        if any(character.isalnum() for character in text):
            self.content.paragraphs.append(text)
        self._words = []


def read_html(html: str) -> HtmlContent:
    """The content of a piece of HTML, which need not be well-formed.

    Tables are counted, not read: their cells without their lines would be a row of words.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.handle_endtag("pre")
    reader.flush()
    return reader.content
