"""Text to lines: words and formulas measured in em, and where a line may break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from visium_graph.stage.latex_split import cut, units
from visium_graph.stage.math import FormulaError, inline_math
from visium_graph.stage.outlines import Points
from visium_graph.stage.shaping import Face, Word, shape_words
from visium_graph.stage.theme import CAP_HEIGHT, MATH_SCALE

__all__ = ["Box", "line_width", "lines_of", "reads_leftwards", "rich_runs", "space_width"]

_MATH = re.compile(r"(?<!\\)\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)(?<!\\)\$(?!\d)", re.DOTALL)
_TOKEN = re.compile(r"[^\S\u00a0\u202f]+|[\S\u00a0\u202f]+")
_BREAK_AFTER = re.compile(r"(?<=[-\u2010\u2012-\u2014/\\_?&=,;:.])(?=[^\W\d_]{2})|(?<=[\u2012-\u2014/])(?=\w)")
_DEPTH = 0.22


def rich_runs(text: str) -> Iterator[tuple[Literal["text", "math"], str]]:
    r"""Split rich text at its inline formulas. A dollar sign without a partner is a dollar sign, as is `\$`."""
    position = 0
    for match in _MATH.finditer(text):
        if match.start() > position:
            yield "text", text[position : match.start()].replace(r"\$", "$")
        yield "math", match.group(1)
        position = match.end()
    if position < len(text):
        yield "text", text[position:].replace(r"\$", "$")


@dataclass(frozen=True)
class Box:
    """A word or a formula in a line; lengths in em of the text."""

    text: str
    glyphs: tuple[Points, ...]
    colors: tuple[str | None, ...]
    """The colour that a glyph has of itself; None takes the text's."""
    advance: float
    space: bool = False
    """Whether a space stands before it (which vanishes at the start of a line)."""
    breakable: bool = False
    """Whether a line may begin with it."""
    math: bool = False
    height: float = CAP_HEIGHT
    depth: float = _DEPTH


def reads_leftwards(text: str) -> bool:
    """Whether the text's first letter belongs to a script written from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


@lru_cache(maxsize=64)
def space_width(face: Face) -> float:
    """Width of a word space, in em."""
    pair, single = shape_words(["n\u00a0n", "n"], face)
    return pair.advance - 2 * single.advance


def line_width(line: Sequence[Box], face: Face) -> float:
    """Width of a line of boxes, in em."""
    return sum(box.advance + (space_width(face) if box.space and index else 0.0) for index, box in enumerate(line))


def lines_of(paragraph: str, face: Face, limit: float | None) -> list[list[Box]]:
    """Break a paragraph of rich text into lines no wider than `limit` (em).

    Lines break at spaces, between East Asian characters and after hyphens and slashes; a word or formula that is wider
    than a line is cut, a formula that cannot be cut is made smaller.

    Raises:
        FormulaError: an inline formula is not valid LaTeX.
    """
    boxes = _boxes(paragraph, face)
    if limit is None:
        return [boxes]
    lines: list[list[Box]] = [[]]
    pen = 0.0
    for cluster in _clusters(boxes):
        gap = space_width(face) if cluster[0].space and lines[-1] else 0.0
        width = line_width(cluster, face)
        if pen + gap + width <= limit:
            lines[-1].extend(cluster)
            pen += gap + width
        elif width <= limit:
            lines.append(list(cluster))
            pen = width
        else:
            room = limit - pen - gap
            pieces = _cut(cluster, room if room > 0.35 * limit else None, limit, face)
            lines[-1].extend(pieces[0])
            lines.extend(pieces[1:])
            pen = line_width(lines[-1], face)
    return lines


def _clusters(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Boxes that stay on one line: a word and the comma after its formula."""
    cluster: list[Box] = []
    for box in boxes:
        if box.breakable and cluster:
            yield cluster
            cluster = []
        cluster.append(box)
    if cluster:
        yield cluster


def _boxes(paragraph: str, face: Face) -> list[Box]:
    pieces: list[tuple[str, str, bool, bool]] = []
    space = False
    for kind, content in rich_runs(paragraph):
        if kind == "math":
            pieces.append((kind, content, space, space))
            space = False
            continue
        for token in _TOKEN.findall(content):
            if token.isspace():
                space = True
                continue
            for index, part in enumerate(_breakable(token)):
                pieces.append((kind, part, space and index == 0, space or index > 0))
            space = False
    shaped = iter(shape_words([content for kind, content, *_ in pieces if kind == "text"], face))
    return [
        _word(next(shaped), space=before, breakable=breakable)
        if kind == "text"
        else _formula(content, space=before, breakable=breakable)
        for kind, content, before, breakable in pieces
    ]


def _word(word: Word, *, space: bool, breakable: bool) -> Box:
    return Box(word.text, word.glyphs, (None,) * len(word.glyphs), word.advance, space, breakable)


def _formula(latex: str, *, space: bool, breakable: bool, scale: float = MATH_SCALE) -> Box:
    try:
        shapes, advance, height, depth = inline_math(_readable(latex))
    except FormulaError as error:
        raise FormulaError(latex, error.reason) from None
    return Box(
        latex,
        tuple(points * scale for points, _ in shapes),
        tuple(color for _, color in shapes),
        advance * scale,
        space,
        breakable,
        math=True,
        height=max(CAP_HEIGHT, height * scale),
        depth=max(_DEPTH, depth * scale),
    )


def _readable(latex: str) -> str:
    """Fractions in a line of text at the size of the text around them, not at that of an index."""
    pieces, position = [], 0
    for unit in units(latex):
        if unit.kind == "atom" and latex.startswith(r"\frac", unit.start):
            pieces.append(latex[position : unit.start] + r"\dfrac")
            position = unit.start + len(r"\frac")
    return "".join([*pieces, latex[position:]])


def _breakable(token: str) -> Iterator[str]:
    """Pieces of a word between which a line may break."""
    for piece in _BREAK_AFTER.split(token):
        start = 0
        for index, char in enumerate(piece):
            wide = unicodedata.east_asian_width(char) in "WF"
            # No line begins with a closing bracket, a full stop or a mark that sits on the letter before it.
            if wide and index > start and unicodedata.category(char) not in {"Pe", "Pf", "Po", "Mn", "Lm", "Sk"}:
                yield piece[start:index]
                start = index
        if piece[start:]:
            yield piece[start:]


def _cut(cluster: Sequence[Box], room: float | None, limit: float, face: Face) -> list[list[Box]]:
    """Set what is wider than a line on several.

    The first of them continues the line that has begun, as far as its `room`; it stays empty where that is None.
    """
    lines: list[list[Box]] = [[]] if room is not None else [[], []]
    queue = list(cluster)
    while queue:
        box = queue.pop(0)
        left = (room if room is not None and len(lines) == 1 else limit) - line_width(lines[-1], face)
        begun = bool(lines[-1]) or (room is not None and len(lines) == 1)
        if box.advance <= left:
            lines[-1].append(box)
            continue
        if box.math and box.advance > limit:
            pieces = _formula_pieces(box)
            queue[:0] = pieces if len(pieces) > 1 else [_shrunk(box, limit)]
            continue
        first, rest = _word_pieces(box, left, face) if len(box.text) > 1 and not box.math else (box, [])
        if begun and (first.advance > left or left < 0.35 * limit):
            lines.append([])
            queue.insert(0, box)
        else:
            lines[-1].append(first)
            queue[:0] = rest
    return lines


def _formula_pieces(box: Box) -> list[Box]:
    """A long formula in pieces that end in a relation, else in an operation, as in TeX's own paragraphs."""
    found = [unit for unit in units(box.text) if unit.kind != "space"]
    for kind in ("relation", "binary"):
        offsets = [unit.end for unit in found[:-1] if unit.kind == kind and unit.soft == 0 and unit.hard == 0]
        if offsets:
            pieces = cut(box.text, offsets)
            # An empty group keeps the space behind the sign that a piece ends in.
            formulas = [_formula(f"{piece}{{}}", space=False, breakable=True) for piece in pieces]
            formulas = [replace(formula, text=piece) for formula, piece in zip(formulas, pieces, strict=True)]
            return [replace(formulas[0], space=box.space), *formulas[1:]]
    return [box]


def _shrunk(box: Box, limit: float) -> Box:
    ratio = limit / box.advance * (1 - 1e-9)
    return replace(
        box,
        glyphs=tuple(glyph * ratio for glyph in box.glyphs),
        advance=limit,
        height=box.height * ratio,
        depth=box.depth * ratio,
    )


def _word_pieces(box: Box, room: float, face: Face) -> tuple[Box, list[Box]]:
    """Cut a long word in two so that the first piece fits, after a punctuation mark where there is one."""
    count = max(1, int(len(box.text) * room / box.advance))
    while count > 1 and shape_words([box.text[:count]], face)[0].advance > room:
        count -= 1
    for back in range(count, max(count * 2 // 3, 1), -1):
        if box.text[back - 1] in "/.-_?&=,:;":
            count = back
            break
    # A mark that sits on a letter is not torn from it.
    while 1 < count < len(box.text) and unicodedata.combining(box.text[count]):
        count -= 1
    count = min(count, max(len(box.text) - 1, 1))
    first, second = shape_words([box.text[:count], box.text[count:]], face)
    rest = [_word(second, space=False, breakable=True)] if second.text else []
    return _word(first, space=box.space, breakable=box.breakable), rest
