from __future__ import annotations

from typing import get_args

import pytest

from visium_graph.layouts import Role
from visium_graph.stage.shaping import Face, shape_words
from visium_graph.stage.theme import CAP_HEIGHT, CODE_FONT, FLOOR_EM, FONT, THEMES, Theme, contrast, theme_named


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_role_has_a_readable_colour(theme: Theme) -> None:
    assert set(theme.roles) == set(get_args(Role))
    for color in theme.roles.values():
        assert contrast(color, theme.background) >= 4.5
        assert contrast(color, theme.surface) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(ValueError, match="roles: text, muted"):
        THEMES["dark"].color("shiny")
    with pytest.raises(ValueError, match="themes: dark, light"):
        theme_named("sepia")


@pytest.mark.parametrize("family", [FONT, CODE_FONT])
def test_the_smallest_capitals_are_28_pixels_high_at_1080p(family: str) -> None:
    (capital,) = shape_words(["H"], Face(family))
    height = max(glyph[:, 1].max() for glyph in capital.glyphs)
    assert height == pytest.approx(CAP_HEIGHT, abs=0.015)
    assert height * FLOOR_EM * 1080 / 8 >= 28
