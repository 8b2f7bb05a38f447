"""What was shaped and typeset, to be taken along: outlines of words and formulas as bytes, and back.

A scene is checked in one process and drawn in another. The outlines that the first one made are handed to the second,
which then needs neither Pango nor MathJax. The bytes are plain numbers and text, read without running anything.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterable, Iterator
from tokenize import TokenError
from typing import Any
from zipfile import BadZipFile

import numpy as np

from visium_graph.stage.mathjax import MathShape, Typeset, formulas
from visium_graph.stage.outlines import Points
from visium_graph.stage.shaping import Face, Word, words

__all__ = ["count", "dump", "load"]


def count() -> int:
    """How many outlines of words and formulas this process remembers."""
    return len(words) + len(formulas)


def dump() -> bytes:
    """All outlines that this process remembers, as an npz archive.

    Example:
        >>> from visium_graph.stage import RichText
        >>> text = RichText("The square of $c$")
        >>> load(dump())
        True
    """
    index = {
        "words": [[*face, text, word.advance, len(word.glyphs)] for (face, text), word in words.items()],
        "formulas": [
            [*asked, made.advance, made.height, made.depth, made.groups, [(s.ids, s.color) for s in made.shapes]]
            for asked, made in formulas.items()
        ],
    }
    outlines = [glyph for word in words.values() for glyph in word.glyphs]
    outlines += [shape.points for made in formulas.values() for shape in made.shapes]
    target = io.BytesIO()
    np.savez(
        target,
        index=np.frombuffer(json.dumps(index).encode(), np.uint8),
        lengths=np.array([len(points) for points in outlines], np.int64),
        points=np.concatenate(outlines) if outlines else np.empty((0, 2)),
    )
    return target.getvalue()


_DAMAGED = (
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, StopIteration, BadZipFile, zlib.error),
    *(RuntimeError, MemoryError),  # a way of packing (or locking), or a size, that nobody wrote
    *(SyntaxError, TokenError),  # numpy reads an array's header as a Python literal
)


def load(data: bytes) -> bool:
    """Remember the outlines of `dump`.

    Returns:
        False where the bytes are not of that form: nothing is remembered then, and all will be made anew.
    """
    try:
        found_words, found_formulas = _read(data)
    except _DAMAGED:
        return False
    words.update(found_words)
    formulas.update(found_formulas)
    return True


def _read(data: bytes) -> tuple[dict[tuple[Face, str], Word], dict[tuple[str, bool, str], Typeset]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        index = json.loads(archive["index"].tobytes())
        outlines = _pieces(archive["points"], archive["lengths"])
    found_words = {}
    for family, weight, slant, text, advance, count in index["words"]:
        found_words[Face(family, weight, slant), text] = Word(text, _next(outlines, range(count)), advance)
    found_formulas = {}
    for latex, display, macros, advance, height, depth, groups, shapes in index["formulas"]:
        drawn = tuple(
            MathShape(points, tuple(ids), color)
            for points, (ids, color) in zip(_next(outlines, shapes), shapes, strict=True)
        )
        found_formulas[latex, display, macros] = Typeset(drawn, tuple(groups), advance, height, depth)
    return found_words, found_formulas


def _pieces(points: Points, lengths: Any) -> Iterator[Points]:
    if points.ndim != 2 or points.shape[1:] != (2,) or int(lengths.sum()) != len(points):
        raise ValueError("not the points of outlines")
    points.setflags(write=False)
    return iter(np.split(points, np.cumsum(lengths)[:-1])) if len(lengths) else iter(())


def _next(outlines: Iterator[Points], wanted: Iterable[Any]) -> tuple[Points, ...]:
    return tuple([next(outlines) for _ in wanted])
