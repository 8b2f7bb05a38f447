"""Outlines as bytes and back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visium_graph.stage import remembered
from visium_graph.stage.mathjax import formulas, typeset
from visium_graph.stage.shaping import Face, shape_words, words


@pytest.fixture(autouse=True)
def forgetful() -> None:
    words.clear()
    formulas.clear()


def test_what_was_drawn_comes_back_exactly() -> None:
    (word,) = shape_words(["Ünïcode!"], Face(weight="BOLD"))
    shape_words(["", " "], Face())  # words without ink
    formula = typeset(r"\cssId{a}{\frac{x}{\color{red}y}} + \text{größer}", display=False, macros=r"\def\z{3}")
    data = remembered.dump()
    known = len(words)
    words.clear()
    formulas.clear()
    assert remembered.load(data)
    assert len(words) == known
    again = words[Face(weight="BOLD"), "Ünïcode!"]
    assert (again.text, again.advance, len(again.glyphs)) == (word.text, word.advance, len(word.glyphs))
    assert all(np.array_equal(one, other) for one, other in zip(word.glyphs, again.glyphs, strict=True))
    (asked,) = formulas
    assert asked[1:] == (False, r"\def\z{3}")
    found = formulas[asked]
    assert (found.advance, found.height, found.depth, found.groups) == (
        formula.advance,
        formula.height,
        formula.depth,
        formula.groups,
    )
    for one, other in zip(formula.shapes, found.shapes, strict=True):
        assert (one.ids, one.color) == (other.ids, other.color)
        assert np.array_equal(one.points, other.points)


def test_nothing_remembered_is_fine() -> None:
    assert remembered.load(remembered.dump())
    assert not words
    assert not formulas


@example(613)  # numpy's header becomes a literal that does not end
@given(st.binary(max_size=400) | st.integers(0, 3000))
def test_bytes_of_another_form_change_nothing(damage: bytes | int) -> None:
    forgetful_before = (dict(words), dict(formulas))
    if isinstance(damage, int):
        shape_words(["abc"], Face())
        data = bytearray(remembered.dump())
        words.clear()
        data[damage % len(data)] ^= 0xFF
        remembered.load(bytes(data))  # may or may not notice one changed byte, but never raises
        words.clear()
        formulas.clear()
    else:
        assert not remembered.load(damage)
        assert (dict(words), dict(formulas)) == forgetful_before


def test_nothing_is_unpickled() -> None:
    target = io.BytesIO()
    np.savez(target, index=np.array([{"words": []}], dtype=object), lengths=np.array([1]), points=np.zeros((1, 2)))
    assert not remembered.load(target.getvalue())
