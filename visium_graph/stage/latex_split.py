r"""LaTeX seen as symbols: where a formula can be broken, where its relation sign stands, which symbols it holds.

This is no TeX engine. It reads display math well enough never to cut inside braces, a command's arguments or an
environment, and to know that the `a` of `\alpha` is no symbol `a`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from visium_graph.stage.latex_symbols import (
    ARITY,
    BINARY,
    CLOSERS,
    DELIMITED,
    LIMITS,
    OPAQUE,
    OPENERS,
    OPERATORS,
    RELATIONS,
    SIZES,
)

__all__ = ["Mark", "Row", "Unit", "cut", "mark", "marks_of_symbols", "rows", "tokenize", "units"]

_TOKEN = re.compile(
    r"(?P<begin>\\begin\s*\{[^{}]*\})|(?P<end>\\end\s*\{[^{}]*\})|(?P<newline>\\\\\*?(?:\[[^\]]*\])?)"
    r"|(?P<command>\\(?:[a-zA-Z]+\*?|[^a-zA-Z]|$))|(?P<space>\s+)|(?P<char>.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One lexical piece of LaTeX: `text` is `latex[start:end]`."""

    text: str
    start: int
    end: int
    kind: str
    """`command`, `char`, `space`, `begin`, `end` or `newline`."""


@dataclass(frozen=True)
class Unit:
    r"""One piece of a formula's top level that is never cut: a symbol, a command with its arguments, a script.

    `hard` counts the open `\left`s around it, `soft` all open brackets; `latex[start:end]` is its source.
    """

    start: int
    end: int
    kind: str
    """`relation`, `binary`, `sign`, `operator`, `open`, `close`, `punctuation`, `script`, `align`, `newline`,
    `space` or `atom`."""
    soft: int
    hard: int


@dataclass(frozen=True)
class Mark:
    """A span of the source that is to be found again in the drawn formula under the id `name`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Row:
    """One line of a multi-line formula. `align` is the offset in `latex` that rows share a column at, or None."""

    latex: str
    align: int | None = None


def tokenize(latex: str) -> list[Token]:
    """Split LaTeX into tokens that cover it without gaps. A comment (`% ...`) counts as space."""
    bare = re.sub(r"(?<!\\)%[^\n]*", lambda match: " " * len(match[0]), latex)
    return [Token(match[0], match.start(), match.end(), match.lastgroup or "char") for match in _TOKEN.finditer(bare)]


def _group_end(tokens: Sequence[Token], index: int) -> int:
    """The index after the brace group or environment that opens at `index` (after a lone token where none does)."""
    depth = 0
    for position in range(index, len(tokens)):
        token = tokens[position]
        if token.kind == "begin" or token.text == "{":
            depth += 1
        elif token.kind == "end" or token.text == "}":
            depth -= 1
        if depth <= 0:
            return position + 1
    return len(tokens)


def _skip_space(tokens: Sequence[Token], index: int) -> int:
    while index < len(tokens) and tokens[index].kind == "space":
        index += 1
    return index


def _unit_end(tokens: Sequence[Token], index: int) -> int:
    """The index after the token at `index` and all arguments that belong to it."""
    token = tokens[index]
    name = token.text.removesuffix("*")
    if token.text == "{" or token.kind == "begin":
        return _group_end(tokens, index)
    if name in DELIMITED or name in SIZES:
        return min(_skip_space(tokens, index + 1) + 1, len(tokens))
    count = 1 if token.text in {"^", "_"} else ARITY.get(name, 0)
    index += 1
    if (
        count
        and (start := _skip_space(tokens, index)) < len(tokens)
        and tokens[start].text == "["
        and token.text not in "^_"
    ):
        closing = start
        while closing < len(tokens) and tokens[closing].text != "]":
            closing = _group_end(tokens, closing)
        index = min(closing + 1, len(tokens))
    for _ in range(count):
        start = _skip_space(tokens, index)
        if start >= len(tokens) or tokens[start].text == "}":
            break
        # An argument without braces may itself be a command with arguments: `x^\frac{a}{b}`.
        index = _unit_end(tokens, start)
    return index


def units(latex: str) -> list[Unit]:
    r"""The top level of a formula as units in order; the insides of `\left ... \right` belong to it (`hard` > 0)."""
    tokens = tokenize(latex)
    found: list[Unit] = []
    soft = hard = 0
    index = 0
    previous = "open"
    while index < len(tokens):
        stop = _unit_end(tokens, index)
        token = tokens[index]
        kind = _kind(tokens[index:stop], previous)
        if kind == "close":
            soft = max(soft - 1, 0)
            hard = max(hard - (token.text == r"\right"), 0)
        found.append(Unit(token.start, tokens[stop - 1].end, kind, soft, hard))
        if kind == "open":
            soft += 1
            hard += token.text == r"\left"
        if kind not in {"space", "script"}:
            previous = kind
        index = stop
    return found


def _kind(tokens: Sequence[Token], previous: str) -> str:
    token = tokens[0]
    name = token.text
    if token.kind in {"space", "newline"}:
        return token.kind
    if name in DELIMITED or name in SIZES:
        return _bracket(tokens)
    kind = next((kind for kind, names in _KINDS.items() if name in names), "atom")
    return "sign" if kind == "binary" and name in _SIGNS and previous in _BEFORE_SIGN else kind


def _bracket(tokens: Sequence[Token]) -> str:
    name = tokens[0].text
    delimiter = next((other.text for other in tokens[1:] if other.kind != "space"), "")
    if name == r"\left" or (name in SIZES and (delimiter in OPENERS or name.endswith("l"))):
        return "open"
    closes = name == r"\right" or (name in SIZES and (delimiter in CLOSERS or name.endswith("r")))
    return "close" if closes else "atom"


_KINDS: Mapping[str, Collection[str]] = {
    "align": {"&"},
    "script": {"^", "_", "'"},
    "relation": RELATIONS,
    "binary": BINARY,
    "open": OPENERS,
    "close": CLOSERS,
    "operator": OPERATORS,
    "punctuation": {",", ";", r"\quad", r"\qquad"},
}
_SIGNS = frozenset({"+", "-", r"\pm", r"\mp"})
_BEFORE_SIGN = frozenset({"open", "relation", "binary", "sign", "punctuation", "align", "newline", "operator"})
"""After these a plus or minus is a sign, not an operation between two terms."""


def rows(latex: str) -> list[Row]:
    r"""The rows of a multi-line formula: `align*`, `gather*`, `split` and the like are opened, `\\` ends a row.

    A formula whose rows have several alignment points stays in one piece (as `aligned`). Environments that belong to
    the formula, such as `cases` or `pmatrix`, are left alone.
    """
    body = re.sub(r"(?<!\\)%[^\n]*\n?", " ", latex)
    body = re.sub(r"^\s*(?:\$\$?|\\\[|\\\()(.*?)(?:\$\$?|\\\]|\\\))\s*$", r"\1", body, flags=re.DOTALL)
    body = re.sub(r"\\(?:label\s*\{[^{}]*\}|nonumber|notag)(?![a-zA-Z])", " ", body)
    body = re.sub(r"\\tag\*?\s*\{([^{}]*)\}", r"\\qquad\\text{(\1)}", body).strip()
    body = _display_environment_opened(body)
    lines: list[list[Unit]] = [[]]
    for unit in units(body):
        if unit.kind == "newline":
            lines.append([])
        else:
            lines[-1].append(unit)
    lines = [line for line in lines if any(unit.kind != "space" for unit in line)]
    if any(sum(unit.kind == "align" for unit in line) > 1 for line in lines):
        return [Row(rf"\begin{{aligned}} {body} \end{{aligned}}")]
    return [_row(body, line) for line in lines] or [Row(latex)]


def _row(body: str, line: Sequence[Unit]) -> Row:
    at = next((unit.start for unit in line if unit.kind == "align"), None)
    before = body[line[0].start : line[-1].end if at is None else at].strip()
    if at is None:
        return Row(before)
    after = body[at + 1 : line[-1].end].strip()
    return Row(f"{before} {after}" if before else after, len(before) + 1 if before else 0)


_DISPLAY = r"equation|align|gather|multline|split|aligned|gathered|eqnarray|displaymath|math|flalign"


def _display_environment_opened(body: str) -> str:
    """Take away the display environments that wrap a whole formula."""
    while match := re.match(rf"\\begin\s*\{{({_DISPLAY})(\*?)\}}", body):
        tokens = tokenize(body)
        stop = _group_end(tokens, 0)
        if stop != len(tokens) or tokens[-1].kind != "end":
            break
        body = body[match.end() : tokens[-1].start].strip()
        if match[1] == "eqnarray":
            body = re.sub(r"&\s*([^&\\]*?|\\[a-zA-Z]+)\s*&", r"&\1 ", body)
    return body


def marks_of_symbols(latex: str, symbols: Sequence[str]) -> dict[str, list[Mark]]:
    r"""Where each of `symbols` (LaTeX, such as `x`, `\alpha` or `\vec{v}`) occurs in a formula, at any depth.

    Symbols are matched token by token, longer ones first, and never inside a command name, `\text{...}` or the like.
    A symbol that does not occur has an empty list. Mark names are unique within the call.
    """
    tokens = [token for token in tokenize(latex) if token.kind != "space"]
    taken = _opaque(tokens)
    found: dict[str, list[Mark]] = {symbol: [] for symbol in symbols}
    wanted = {symbol: [token.text for token in tokenize(symbol) if token.kind != "space"] for symbol in symbols}
    for symbol in sorted(symbols, key=lambda symbol: -len(wanted[symbol])):
        key = wanted[symbol]
        for index in range(len(tokens) - len(key) + 1 if key else 0):
            stop = index + len(key)
            if not taken.isdisjoint(range(index, stop)) or [token.text for token in tokens[index:stop]] != key:
                continue
            if _inside_number(tokens, index, stop):
                continue
            taken.update(range(index, stop))
            for first, last in _leaves(tokens, index, stop):
                name = f"symbol{sum(map(len, found.values())):03d}"
                found[symbol].append(Mark(tokens[first].start, tokens[last - 1].end, name))
    return found


def _opaque(tokens: Sequence[Token]) -> set[int]:
    r"""Indices that hold no symbols of their own: words in `\text{...}`, delimiters after `\left`, column formats."""
    hidden: set[int] = set()
    for index, token in enumerate(tokens):
        name = token.text.removesuffix("*")
        if name in OPAQUE or name in DELIMITED or name in SIZES:
            hidden.update(range(index + 1, _unit_end(tokens, index)))
        elif token.kind == "begin" and "array" in token.text and index + 1 < len(tokens):
            hidden.update(range(index + 1, _group_end(tokens, index + 1)))
    return hidden


def _inside_number(tokens: Sequence[Token], index: int, stop: int) -> bool:
    """Whether a match that starts or ends in a digit is only a part of a longer number."""
    before = tokens[index - 1] if index else None
    after = tokens[stop] if stop < len(tokens) else None
    return bool(
        (before and before.end == tokens[index].start and _numeric(before) and tokens[index].text.isdigit())
        or (after and after.start == tokens[stop - 1].end and _numeric(after) and tokens[stop - 1].text.isdigit())
    )


def _numeric(token: Token) -> bool:
    return token.text.isdigit() or token.text == "."


def _leaves(tokens: Sequence[Token], index: int, stop: int) -> Iterator[tuple[int, int]]:
    """The spans of one match that can each stand in a group of their own without moving any script."""
    while index < stop:
        end = _unit_end(tokens, index)
        text = tokens[index].text
        if text in {"^", "_", "{", "}", "&"} or tokens[index].kind in {"begin", "end", "newline"} or end > stop:
            index += 1
        else:
            if text == "'":
                while end < stop and tokens[end].text == "'":
                    end += 1
            if text != "'" or end >= len(tokens) or tokens[end].text not in {"^", "'"}:
                yield index, end
            index = end


def mark(latex: str, marks: Sequence[Mark]) -> str:
    r"""Write each mark into the formula, as the group of that id in the drawn SVG.

    Marks may nest but not cross. A marked piece keeps its spacing: a relation stays a relation.
    """
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    primes: dict[int, int] = {}
    for item in sorted(marks, key=lambda item: (item.start, -item.end)):
        before, after = _wrapping(latex[item.start : item.end])
        opening.setdefault(item.start, []).append(rf"{before}\special{{dvisvgm:raw <g id='{item.name}'>}}")
        closing.setdefault(item.end, []).insert(0, rf"\special{{dvisvgm:raw </g>}}{after}")
        if latex[item.start] == "'":
            primes[item.start] = item.end
    pieces: list[str] = []
    for position in range(len(latex) + 1):
        pieces += closing.get(position, [])
        pieces += opening.get(position, [])
        primed = any(start <= position < end for start, end in primes.items())
        pieces.append(r"\prime " if primed else latex[position : position + 1])
    # Manim reads `{{` as a notation of its own.
    return re.sub(r"\}(?=\})", "} ", re.sub(r"\{(?=\{)", "{ ", "".join(pieces)))


def _wrapping(source: str) -> tuple[str, str]:
    """The group that keeps the kind of what it holds: scripts attach and spaces fall as before."""
    if source.startswith("'"):
        return "^{", "}"
    found = [unit for unit in units(source) if unit.kind != "space"]
    if len(found) != 1:
        return "{", "}"
    kind = found[0].kind
    if kind == "operator":
        return r"\mathop{", "}" + ("" if source in LIMITS else r"\nolimits")
    if kind == "sign" and source in BINARY:
        return r"\mathbin{", "}"  # TeX itself turns a binary operator that opens a formula into a sign
    classes = {"relation": r"\mathrel{", "binary": r"\mathbin{", "open": r"\mathopen{", "close": r"\mathclose{"}
    return classes.get(kind, "{"), "}"


def cut(latex: str, offsets: Sequence[int]) -> list[str]:
    r"""The pieces of a formula cut at `offsets`; a `\left` that a cut leaves open is closed and opened invisibly."""
    bounds = [0, *sorted(set(offsets) - {0, len(latex)}), len(latex)]
    everything = units(latex)
    pieces: list[str] = []
    for start, end in pairwise(bounds):
        body = latex[start:end].strip()
        opened = _open_lefts(everything, latex, start)
        closed = _open_lefts(everything, latex, end)
        if any(unit.start == start and unit.kind == "binary" for unit in everything):
            body = "{} " + body  # without a term before it a plus would be set as a sign
        pieces.append(r"\left. " * opened + body + r" \right." * closed)
    return pieces


def _open_lefts(everything: Sequence[Unit], latex: str, offset: int) -> int:
    depth = 0
    for unit in everything:
        if unit.start >= offset:
            break
        depth += latex.startswith(r"\left", unit.start) and unit.kind == "open"
        depth -= latex.startswith(r"\right", unit.start) and unit.kind == "close"
    return max(depth, 0)
