"""The text under check: from positions of the parser to lines and columns of a reader."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from visium_graph.checks.finding import Edit

__all__ = ["Source", "Span"]

Node = ast.expr | ast.stmt | ast.keyword | ast.arg | ast.alias | ast.excepthandler


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    """A file's text in lines as the parser counts them.

    Args:
        text: the whole file.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        # A byte order mark is not part of the first line for the parser, nor for a reader.
        self.lines = _split(text.removeprefix("\ufeff"))
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def line(self, number: int) -> str:
        """Line `number`, counted from 1, with its end; empty beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def column(self, line: int, offset: int) -> int:
        """The column, from 1 and in characters, of a byte offset of the parser."""
        text = self.line(line)
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode(errors="ignore")) + 1

    def span(self, node: Node) -> Span:
        """Where a node stands."""
        end_line = node.end_lineno or node.lineno
        end_offset = node.end_col_offset if node.end_col_offset is not None else node.col_offset + 1
        return Span(
            node.lineno,
            self.column(node.lineno, node.col_offset),
            end_line,
            self.column(end_line, end_offset),
        )

    def attribute_span(self, node: ast.Attribute) -> Span:
        """Where the name after the dot of an attribute stands."""
        whole = self.span(node)
        # The node ends with the name, whatever stands between it and the dot.
        return Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column)

    def keyword_span(self, node: ast.keyword) -> Span:
        """Where the name of a keyword argument stands."""
        start = self.span(node)
        return Span(start.line, start.column, start.line, start.column + len(node.arg or "**"))

    def text_of(self, span: Span) -> str:
        """The characters of a stretch within one line; empty for a longer one."""
        if span.line != span.end_line:
            return ""
        return self.line(span.line)[span.column - 1 : span.end_column - 1]

    def between(self, first: Span, last: Span) -> Span:
        """From the end of one stretch to the end of another."""
        return Span(first.end_line, first.end_column, last.end_line, last.end_column)

    def replacing(self, span: Span, text: str) -> Edit:
        """The edit that puts `text` in the place of a stretch."""
        return Edit(line=span.line, column=span.column, end_line=span.end_line, end_column=span.end_column, text=text)


def _split(text: str) -> list[str]:
    # The parser ends lines at \n, \r\n and \r only, unlike str.splitlines.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
