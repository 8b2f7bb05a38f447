"""What scene code imports: `Slide`, the theme, rich text and the formula engine."""

from __future__ import annotations

from visium_graph.stage.math import FormulaError, configure, run_latex_with
from visium_graph.stage.slide import Beat, Slide
from visium_graph.stage.text import RichText
from visium_graph.stage.theme import THEMES, Theme

__all__ = ["THEMES", "Beat", "FormulaError", "RichText", "Slide", "Theme", "configure", "run_latex_with"]

configure()
