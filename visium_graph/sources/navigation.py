"""Lines of a page that lead to other pages: menus, language switches, rows of links."""

from __future__ import annotations

import re

from visium_graph.sources.inline import Inline, tidy

__all__ = ["is_only_links"]

_MENU = re.compile(
    r"\W*(?:(?:read|view|see|available|switch|choose)\b.*\blanguages?|languages?|translations?|see also|jump to|quick links|links|"
    r"docs|documentation|source(?: code)?|home ?page|repository|website|demo|pypi|downloads?|related|previous|next|prev|back to|table of contents|tags?|categor(?:y|ies)|share|follow us)\b.{0,30}[:|-]\W*$",
    re.IGNORECASE,
)


def is_only_links(inline: Inline) -> bool:
    """Whether there is nothing to tell in it: links alone, or a few words that lead to them."""
    if not inline.links:
        return False
    if inline.linked_words == inline.words:
        return True
    lead, rest = tidy(inline.before_links), tidy(inline.beside_links)
    separated = re.fullmatch(r"(?:[\W_]|\b(?:and|or|et|und|y|e)\b)*", rest) is not None
    named = _MENU.match(lead) is not None and len(lead.split()) <= 8
    if separated and (
        named or (len(inline.links) > 1 and re.fullmatch(r"[^.!?]{1,60}:", lead) and not rest.endswith("."))
    ):
        return True
    return (
        len(inline.links) >= 2 and inline.linked_words >= 0.7 * inline.words and not re.search(r"[.!?]$", inline.text)
    )
