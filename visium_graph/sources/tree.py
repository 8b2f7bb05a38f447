"""The syntax tree's nodes as text: inline content, and nested list items flattened."""

from __future__ import annotations

import re
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from visium_graph.sources.inline import Inline, read_inline, tidy

__all__ = ["inline_of", "nested_items", "raw_inline", "with_children"]


def inline_of(node: SyntaxTreeNode) -> Inline:
    """The inline content of a paragraph, heading or cell; empty where it has none."""
    return read_inline(_inline_token_children(node))


def _inline_token_children(node: SyntaxTreeNode) -> list[Any]:
    for child in node.children:
        if child.type == "inline" and child.token is not None:
            return list(child.token.children or [])
    return []


def raw_inline(node: SyntaxTreeNode) -> str:
    """The Markdown source of a paragraph's inline content."""
    for child in node.children:
        if child.type == "inline" and child.token is not None:
            return child.token.content
    return ""


def nested_items(node: SyntaxTreeNode) -> list[str]:
    """The items of a nested list, with all that is nested in them, in reading order."""
    items: list[str] = []
    for item in node.children:
        texts = [inline_of(part).text for part in item.children if part.type == "paragraph"]
        deeper = [text for part in item.children if part.type.endswith("_list") for text in nested_items(part)]
        items.extend(with_children(texts, deeper))
    return [item for item in items if item]


def with_children(texts: list[str], children: list[str]) -> list[str]:
    """An item and those nested below it: short ones join its line, longer ones follow as items of their own."""
    text = re.sub(r"^\[[ xX]\]\s+", "", tidy(" ".join(texts)))
    if not children:
        return [text] if text else []
    if text and all(len(child.split()) <= 5 for child in children) and len(text.split()) + len(children) * 3 <= 30:
        joined = ", ".join(child.rstrip(".;,") for child in children)
        return [f"{text.rstrip(' :.')}: {joined}"]
    return ([text.rstrip(" :") if text.endswith(":") else text] if text else []) + children
