r"""Parser rules for display math: `$$...$$`, `\[...\]` and their variants, and inline `\(...\)`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

__all__ = ["math_rules"]

_BLOCK_MARKS = {"$$": "$$", r"\[": r"\]", r"\\[": r"\\]"}
_INLINE_MARKS = {r"\\(": (r"\\)", "math_inline"), r"\(": (r"\)", "math_inline")} | {
    opening: (closing, "math_inline_double") for opening, closing in ((r"\\[", r"\\]"), (r"\[", r"\]"))
}
_AFTER = re.compile(r"\s*(?:\([\w:.-]+\)|\{[^{}]*\})?\s*[.,;]?\s*$")  # a label, and the sentence's punctuation


def math_rules(parser: MarkdownIt) -> None:
    """Teach a parser the rules. Tokens: `math_block`, `math_inline` and `math_inline_double`, content as LaTeX."""
    # Unlike the plugin's rule this one may end a paragraph: authors seldom leave a blank line before `$$`.
    parser.block.ruler.before(
        "fence", "display_math", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("escape", "bracket_math", _inline)


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    first = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[start_line]]
    opening = next((mark for mark in _BLOCK_MARKS if first.startswith(mark)), None)
    if opening is None:
        return False
    closing, lines, line = _BLOCK_MARKS[opening], [], start_line
    text = first[len(opening) :]
    while closing not in text:
        lines.append(text)
        line += 1
        if line >= end_line or (state.sCount[line] < state.blkIndent and not state.isEmpty(line)):
            return False
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    text, _, rest = text.partition(closing)
    lines.append(text)
    content = "\n".join(lines)
    if not _AFTER.match(rest) or not content.strip():
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.block = True
        token.content = content
        token.map = [start_line, line + 1]
        state.line = line + 1
    return True


def _inline(state: StateInline, silent: bool) -> bool:
    for opening, (closing, kind) in _INLINE_MARKS.items():
        if not state.src.startswith(opening, state.pos):
            continue
        end = state.src.find(closing, state.pos + len(opening))
        content = state.src[state.pos + len(opening) : end].strip()
        if end < 0 or not content or "\n\n" in content:
            continue
        if kind == "math_inline_double" and not re.search(r"[\\^_=+<>]", content):
            continue  # `\[` also escapes a plain bracket,
        if re.fullmatch(r"[A-Za-z]{2,}(?:[ ,.'-]+[A-Za-z]+)*[.!?]?", content):
            continue  # and `\(` a plain parenthesis
        if not silent:
            token = state.push(kind, "math", 0)
            token.content = content
        state.pos = end + len(closing)
        return True
    return False
