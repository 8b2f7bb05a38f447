"""The layout vocabulary: what a slide can be, as data. How each one looks is `visium_graph.stage.layouts`.

Every layout has `parts`, a list of things with ids that beats reveal one after another. Strings marked *rich* may
hold inline LaTeX between dollar signs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from visium_graph.layouts.figure import (
    FigureAngle,
    FigureBox,
    FigureCells,
    FigureCircle,
    FigureEmphasis,
    FigureLayout,
    FigureMove,
    FigurePart,
    FigurePoint,
    FigurePolygon,
    FigureSegment,
    FigureSquare,
    FigureText,
    Place,
)
from visium_graph.layouts.parts import (
    Coordinates,
    Number,
    Part,
    PartId,
    PartsLayout,
    Rich,
    Role,
    TextPart,
)
from visium_graph.layouts.plot import (
    Axis,
    Curve,
    DataArea,
    DataLine,
    DataPoint,
    DataSeries,
    PlotLayout,
)

__all__ = [
    "Axis",
    "BulletsLayout",
    "CodeLayout",
    "CodeSpan",
    "Coordinates",
    "Curve",
    "CustomLayout",
    "DataArea",
    "DataLine",
    "DataPoint",
    "DataSeries",
    "FigureAngle",
    "FigureBox",
    "FigureCells",
    "FigureCircle",
    "FigureEmphasis",
    "FigureLayout",
    "FigureMove",
    "FigurePart",
    "FigurePoint",
    "FigurePolygon",
    "FigureSegment",
    "FigureSquare",
    "FigureText",
    "FormulaLayout",
    "FormulaStep",
    "ImageLayout",
    "ImagePart",
    "Layout",
    "Number",
    "Part",
    "PartId",
    "PartsLayout",
    "Place",
    "PlotLayout",
    "QuoteLayout",
    "Rich",
    "Role",
    "TableLayout",
    "TableRow",
    "TemplateLayout",
    "TextPart",
    "TitleLayout",
]


class TitleLayout(PartsLayout):
    """A title card: the scene's title large in the middle, lines of text below it."""

    kind: Literal["title"]
    parts: Annotated[list[TextPart], Field(max_length=4)] = []  # noqa: RUF012  # pydantic copies defaults


class BulletsLayout(PartsLayout):
    """A list of points, each short and able to stand alone."""

    kind: Literal["bullets"]
    numbered: bool = False
    parts: Annotated[list[TextPart], Field(min_length=1, max_length=60)]


class FormulaStep(Part):
    """One line of a derivation (or the only formula)."""

    latex: Rich
    """LaTeX of display math, without dollar signs."""
    note: str = ""
    """Rich text beside or below the line: why this step holds."""
    identity: bool = False
    """Whether the line claims to hold for all values of its symbols, as `(a+b)^2 = a^2 + 2ab + b^2` does. Then it is
    tried: a false one is a finding."""


class FormulaLayout(PartsLayout):
    """A formula, or a derivation whose lines grow out of one another."""

    kind: Literal["formula"]
    parts: Annotated[list[FormulaStep], Field(min_length=1, max_length=40)]
    colors: dict[str, Role] = {}  # noqa: RUF012  # pydantic copies defaults
    """LaTeX of a symbol -> its role, the same in every line."""


class CodeSpan(Part):
    """Lines of the listing that light up together."""

    lines: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    """First and last line, counted from 1."""
    note: str = ""


class CodeLayout(PartsLayout):
    """A listing; the lines spoken of are lit, the others are dimmed."""

    kind: Literal["code"]
    language: str = "text"
    source: Annotated[str, StringConstraints(min_length=1, max_length=20000)]
    parts: Annotated[list[CodeSpan], Field(max_length=60)] = []  # noqa: RUF012  # pydantic copies defaults

    @model_validator(mode="after")
    def _lines_exist(self) -> Self:
        count = len(self.source.rstrip().split("\n"))
        for part in self.parts:
            if not part.lines[0] <= part.lines[1] <= count:
                raise ValueError(
                    f"part {part.id!r} lights lines {part.lines[0]} to {part.lines[1]} of a listing of {count}"
                )
        return self


class TableRow(Part):
    """One row of cells of rich text; an empty cell is an empty string."""

    cells: Annotated[list[str], Field(min_length=1, max_length=12)]
    role: Role = "text"


class TableLayout(PartsLayout):
    """A table, revealed row by row."""

    kind: Literal["table"]
    header: Annotated[list[str], Field(max_length=12)] = []  # noqa: RUF012  # pydantic copies defaults
    parts: Annotated[list[TableRow], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        width = len(self.header) or len(self.parts[0].cells)
        for part in self.parts:
            if len(part.cells) != width:
                raise ValueError(f"row {part.id!r} has {len(part.cells)} cells where the table has {width} columns")
        return self


class QuoteLayout(PartsLayout):
    """A quotation, paragraph by paragraph."""

    kind: Literal["quote"]
    parts: Annotated[list[TextPart], Field(min_length=1, max_length=8)]
    attribution: str = ""


class ImagePart(Part):
    """A picture from the run's assets folder."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    """Relative to the storyboard file, for example `assets/3f2a.png`."""
    alt: str = ""

    @model_validator(mode="after")
    def _stays_inside(self) -> Self:
        if self.path.startswith(("/", "\\")) or ".." in self.path.replace("\\", "/").split("/"):
            raise ValueError("an image path is relative to the storyboard and stays in its folder")
        return self


class ImageLayout(PartsLayout):
    """One picture, or several side by side, with a caption."""

    kind: Literal["image"]
    parts: Annotated[list[ImagePart], Field(min_length=1, max_length=4)]
    caption: str = ""


class CustomLayout(PartsLayout):
    """A scene for the coder: no template, its picture is described in words and written as Manim code."""

    kind: Literal["custom"]
    brief: str = ""
    """What to draw, exactly: words, formulas, ranges, colours by role, what appears at which beat."""
    parts: list[TextPart] = []  # noqa: RUF012  # pydantic copies defaults


TemplateLayout = Annotated[
    TitleLayout
    | BulletsLayout
    | FormulaLayout
    | PlotLayout
    | CodeLayout
    | TableLayout
    | QuoteLayout
    | ImageLayout
    | FigureLayout,
    Field(discriminator="kind"),
]
"""A layout that the stage draws without any code."""

Layout = Annotated[
    TitleLayout
    | BulletsLayout
    | FormulaLayout
    | PlotLayout
    | CodeLayout
    | TableLayout
    | QuoteLayout
    | ImageLayout
    | FigureLayout
    | CustomLayout,
    Field(discriminator="kind"),
]
