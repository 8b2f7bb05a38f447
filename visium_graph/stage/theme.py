"""Colours by role, the type scale and the margins: everything about the look that is not a shape.

Lengths are in Manim units. The frame is 8 units high, so one unit is 135 px at 1080p.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from visium_graph.layouts import Role

__all__ = [
    "BODY_EM",
    "CAPTION_EM",
    "CAP_HEIGHT",
    "CODE_FONT",
    "DISPLAY_EM",
    "FLOOR_EM",
    "FONT",
    "LEADING",
    "MARGIN_X",
    "MARGIN_Y",
    "MATH_SCALE",
    "THEMES",
    "TITLE_EM",
    "Theme",
    "contrast",
    "theme_named",
]

FONT = "Lato"
CODE_FONT = "JetBrains Mono"
CAP_HEIGHT = 0.72
"""Height of a capital letter of the text font, in em."""
MATH_SCALE = 1.1
"""A formula's em for a text em of 1, so that Computer Modern's letters look as large as the text font's."""

DISPLAY_EM = 0.84
"""Font size (em) of a title card."""
TITLE_EM = 0.54
"""Font size of a slide's title."""
BODY_EM = 0.41
"""Font size of body text; views shrink it towards FLOOR_EM where the content is long."""
CAPTION_EM = 0.33
"""Font size of captions, notes and labels."""
FLOOR_EM = 0.3
"""The smallest font size on any slide: capitals are 29 px high at 1080p."""
LEADING = 1.36
"""Distance of baselines within a paragraph, in em."""

MARGIN_X = 0.75
MARGIN_Y = 0.5


@dataclass(frozen=True)
class Theme:
    """A set of colours, each a `#RRGGBB` string."""

    name: Literal["dark", "light"]
    background: str
    surface: str
    """Fill of panels (code, table stripes): close to the background."""
    rule: str
    """Hairlines, grids and frames: visible, but no content."""
    roles: Mapping[Role, str]

    def color(self, role: str) -> str:
        """The colour of a role.

        Raises:
            ValueError: no such role.
        """
        for name, value in self.roles.items():
            if name == role:
                return value
        raise ValueError(f"no colour role named {role!r} (roles: {', '.join(self.roles)})")


THEMES: Mapping[str, Theme] = {
    "dark": Theme(
        name="dark",
        background="#0E1116",
        surface="#181D26",
        rule="#3A4352",
        roles={
            "text": "#ECEBE4",
            "muted": "#9AA3B0",
            "primary": "#58C4DD",
            "secondary": "#5CD0B3",
            "tertiary": "#C9A3E8",
            "accent": "#FFD35A",
            "good": "#83C167",
            "bad": "#FF7A6B",
        },
    ),
    "light": Theme(
        name="light",
        background="#FBFAF6",
        surface="#F0EEE6",
        rule="#C9C6BA",
        roles={
            "text": "#1D2129",
            "muted": "#5D6470",
            "primary": "#1667A8",
            "secondary": "#0F766E",
            "tertiary": "#7A3EA8",
            "accent": "#985A00",
            "good": "#3B7420",
            "bad": "#C0322B",
        },
    ),
}


def theme_named(name: str) -> Theme:
    """The theme of this name.

    Raises:
        ValueError: no such theme.
    """
    try:
        return THEMES[name]
    except KeyError:
        raise ValueError(f"no theme named {name!r} (themes: {', '.join(THEMES)})") from None


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio of two `#RRGGBB` colours, from 1 (the same) to 21 (black and white)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
