from __future__ import annotations

import numpy as np
import pytest

from visium_graph.stage.outlines import outline, rectangle_outline
from visium_graph.stage.shaping import Face, shape_words
from visium_graph.stage.theme import CODE_FONT

FACE = Face()


def shaped(word: str, face: Face = FACE):
    return shape_words([word], face)[0]


def left(glyph: np.ndarray) -> float:
    return float(glyph[:, 0].min())


def test_outlines_are_closed_cubic_curves() -> None:
    points = outline("M0 0L10 0Q10 10 0 10M20 20L30 20 30 30Z")
    curves = points.reshape(-1, 4, 2)
    breaks = [index for index in range(1, len(curves)) if not np.allclose(curves[index][0], curves[index - 1][3])]
    assert len(breaks) == 1  # two subpaths
    assert np.allclose(curves[breaks[0] - 1][3], (0, 0))
    assert np.allclose(curves[-1][3], (20, 20))
    assert outline("").shape == (0, 2)
    assert rectangle_outline(1, 2, 3, 4).max(axis=0).tolist() == [4, 6]


def test_words_stand_on_the_baseline_with_their_advance() -> None:
    plain = shaped("Hx")
    assert len(plain.glyphs) == 2
    for glyph in plain.glyphs:
        assert glyph[:, 1].min() == pytest.approx(0, abs=0.01)
    assert shaped("p").glyphs[0][:, 1].min() < -0.15
    assert plain.advance == pytest.approx(shaped("H").advance + shaped("x").advance, abs=0.02)
    assert shaped("").advance == 0


def test_kerning_and_ligatures_are_the_fonts_own() -> None:
    assert shaped("AV").advance < shaped("A").advance + shaped("V").advance - 0.02
    assert len(shaped("office").glyphs) < len("office")
    # Code shows what is there.
    assert len(shaped("!=->", Face(CODE_FONT)).glyphs) == 4


def test_weights_and_slants_differ() -> None:
    widths = {
        shaped("minimum", Face(weight=weight, slant=slant)).advance
        for weight in ("NORMAL", "BOLD")
        for slant in ("NORMAL", "ITALIC")
    }
    assert len(widths) == 4


@pytest.mark.parametrize(
    "word", ["<b>&amp;", "a|b", "\\alpha", "100%", "é", "x\u0301", "\u0007bell", "a\u00a0b", "'\"`"]
)
def test_any_text_is_literal(word: str) -> None:
    result = shaped(word)
    assert result.text == word
    assert result.advance > 0
    assert result.glyphs


@pytest.mark.parametrize("word", ["日本", "😀", "\U0001f9ff", "नमस्ते", "\U00013000"])
def test_what_the_font_lacks_still_shows(word: str) -> None:
    result = shaped(word)
    assert result.advance > 0.3
    assert sum(len(glyph) for glyph in result.glyphs) > 8
    ink = np.concatenate(result.glyphs)
    assert ink[:, 0].min() > -0.3
    assert ink[:, 0].max() < result.advance + 0.3


def test_scripts_from_right_to_left_are_shaped_and_their_full_stop_is_on_the_left() -> None:
    assert shaped("العربية").advance < sum(shaped(char).advance for char in "العربية")
    leftmost = min(shaped("שלום!").glyphs, key=left)
    assert np.ptp(leftmost[:, 0]) < 0.25
    assert leftmost[:, 1].max() > 0.6


def test_many_words_at_once_are_the_same_as_one_by_one() -> None:
    words = [f"word{number}" for number in range(40)]
    together = shape_words(words, Face(weight="MEDIUM"))
    assert [word.text for word in together] == words
    alone = shape_words(["word7!"], Face(weight="MEDIUM"))[0]
    assert np.allclose(alone.glyphs[0], together[7].glyphs[0], atol=1e-3)
