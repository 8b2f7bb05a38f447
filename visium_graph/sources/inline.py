"""Inline Markdown to rich text: mark-up goes, words stay, math stands between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from visium_graph.sources.html import read_html
from visium_graph.sources.latex import clean_inline
from visium_graph.sources.superscripts import CLOSE, SUBSCRIPT, SUPERSCRIPT, as_notation

__all__ = ["Inline", "literal", "read_inline", "tidy"]

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0e\ufe0f\u200d\u20e3]+")
_SHORTCODE = re.compile(r"(?<!\S):[a-z][a-z0-9_+-]*:(?!\S)")
_TEMPLATE = re.compile(r"\{%.*?%\}|\{\{[<%]?.*?[>%]?\}\}|\{[:#][^{}\n]*\}|\[@[^\]\n]+\]")
_MACRO = re.compile(r"\{\{[<%]?\s*[\w-]+\s*(?:\(|text=)(?P<arguments>[^{}]*)\}\}")
_MACROS_ALONE = re.compile(r"(?:\s*\{\{[^{}]*\}\})+\s*|\s*\{\{\s*\w+[^{}\w]*|[^\w{}]*\}\}\s*")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_CONTAINER = re.compile(r"^\s*:::.*$", re.MULTILINE)
_WIKI_LINK = re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_INVISIBLE = re.compile("[\u200b\u200c\u2060\u00ad\ufeff]")


@dataclass
class Inline:
    """One run of inline content, cut where a display formula or a picture stands."""

    pieces: list[tuple[str, str, str]] = field(default_factory=list)
    """(`text`, rich text, ""), (`formula`, LaTeX, "") or (`image`, address, alternative text), in order."""
    linked_words: int = 0
    words: int = 0
    links: list[str] = field(default_factory=list)
    strong_only: bool = False
    """Whether every word is bold: a heading in disguise."""
    before_links: str = ""
    beside_links: str = ""
    """What stands before the first link, and what stands between and after the links."""
    terms: list[str] = field(default_factory=list)
    """What is set in bold or italics, at most six words each."""
    lines: list[str] = field(default_factory=list)
    """Its text line by line, as written."""

    @property
    def text(self) -> str:
        """The words alone, pictures and display formulas left out."""
        return tidy(" ".join(text for kind, text, _ in self.pieces if kind == "text"))


def literal(text: str) -> str:
    r"""Plain text as rich text: a dollar sign that is money becomes `\$`."""
    return text.replace("\\$", "$").replace("$", r"\$")


def tidy(text: str) -> str:
    """One line, single spaces, no space before a comma or full stop that a dropped mark left behind."""
    text = " ".join(_INVISIBLE.sub("", text).split())
    text = re.sub(r"(?<=[a-z][.!?])(?=\( ?[A-Z])", " ", text)
    text = re.sub(r"(?<=[\s(])\( (?=\w[^()$]* \))([^()$]*) \)", r"(\1)", text)
    return re.sub(r"(?<=\w) ([,.;!?])(?=\s|$)", r"\1", text)


def _plain(text: str) -> str:
    text = "" if _MACROS_ALONE.fullmatch(text) else _MACRO.sub(_shown_argument, text)
    text = _WIKI_LINK.sub(r"\1", _TEMPLATE.sub("", _CONTAINER.sub("", text)))
    return literal(_SHORTCODE.sub("", _EMOJI.sub("", text)))


def _shown_argument(macro: re.Match[str]) -> str:
    """What a page shows for a macro such as `{{domxref("window.open")}}`: its second argument, or else its first."""
    quoted = [first or second for first, second in _QUOTED.findall(macro.group("arguments"))][:2]
    return next((text for text in reversed(quoted) if text.strip()), "")


class _InlineReader:
    def __init__(self) -> None:
        self.result = Inline()
        self._text = ""
        self._deleted = self._linked = self._strong = 0
        self._loose_words = 0
        self._term: str | None = None

    def add(self, rich: str) -> None:
        if self._deleted:
            return
        count = len(re.findall(r"\w+", rich))
        self.result.words += count
        self.result.linked_words += count if self._linked else 0
        self._loose_words += 0 if self._strong else count
        self._text += rich
        if self._term is not None:
            self._term += rich
        if not self.result.links:
            self.result.before_links += rich
        elif not self._linked:
            self.result.beside_links += rich

    def flush(self) -> None:
        self._text = as_notation(self._text)
        if self._text.strip():
            self.result.pieces.append(("text", tidy(self._text), ""))
            self.result.lines += [tidy(line) for line in self._text.split("\n") if line.strip()]
        self._text = ""

    def display(self, kind: str, first: str, second: str = "") -> None:
        self.flush()
        self.result.pieces.append((kind, first, second))

    def read(self, tokens: Sequence[Token]) -> Inline:
        for index, token in enumerate(tokens):
            self._token(token, _alone(tokens, index))
        self.flush()
        self.result.strong_only = self.result.words > 0 and self._loose_words == 0
        return self.result

    def _token(self, token: Token, alone: bool) -> None:  # noqa: C901, PLR0912  # one arm a kind of token
        match token.type:
            case "text":
                self.add(_plain(token.content))
            case "code_inline":
                self.add(literal(token.content))
            case "softbreak" | "hardbreak":
                self._text += "\n"
            case "math_inline":
                self.add(_math(token.content))
            case "math_inline_double" if alone:
                self.display("formula", token.content)
            case "math_inline_double":
                self.add(_math(token.content))
            case "image":
                self.display("image", str(token.attrs.get("src", "")), tidy(_plain(token.content)))
            case "html_inline":
                self._html(token.content)
            case "link_open":
                self._linked += 1
                self.result.links.append(str(token.attrs.get("href", "")))
            case "link_close":
                self._linked -= 1
            case "s_open":
                self._deleted += 1
            case "s_close":
                self._deleted -= 1
            case "strong_open" | "em_open":
                self._strong += token.type == "strong_open"
                self._term = ""
            case "strong_close" | "em_close":
                self._strong -= token.type == "strong_close"
                self._end_term()

    def _end_term(self) -> None:
        term = tidy(self._term or "")
        if term and len(term.split()) <= 6:
            self.result.terms.append(term)
        self._term = None

    def _html(self, html: str) -> None:
        script = re.match(r"<(/?)(sup|sub)\b", html, re.IGNORECASE)
        if script is not None and not self._deleted:
            raised = script.group(2).lower() == "sup"
            self._text += CLOSE if script.group(1) else SUPERSCRIPT if raised else SUBSCRIPT
        if re.match(r"</?(br|p|div|li)\b", html, re.IGNORECASE):
            self._text += "\n"
        for address, alternative in read_html(html).images:
            self.display("image", address, tidy(literal(alternative)))


def read_inline(tokens: Sequence[Token]) -> Inline:
    """Read the children of an inline token."""
    return _InlineReader().read(tokens)


def _math(latex: str) -> str:
    cleaned = clean_inline(latex).replace("$", "")
    return f"${cleaned}$" if cleaned else ""


def _alone(tokens: Sequence[Token], index: int) -> bool:
    """Whether a token fills its line, but for the punctuation after it."""
    before = tokens[index - 1] if index else None
    if before is not None and before.type not in ("softbreak", "hardbreak"):
        return False
    after = tokens[index + 1 : index + 3]
    if after and after[0].type == "text" and after[0].content.strip() in ("", ".", ",", ";"):
        after = after[1:]
    return not after or after[0].type in ("softbreak", "hardbreak")
