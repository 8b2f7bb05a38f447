"""The layout vocabulary: what a slide can be, as data. How each one looks is `visium_graph.stage.layouts`.

Every layout has `parts`, a list of things with ids that beats reveal one after another. Strings marked *rich* may
hold inline LaTeX between dollar signs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from visium_graph.expression import parse_expression

__all__ = [
    "BulletsLayout",
    "CodeLayout",
    "CustomLayout",
    "FigureLayout",
    "FormulaLayout",
    "ImageLayout",
    "Layout",
    "PlotLayout",
    "QuoteLayout",
    "TableLayout",
    "TemplateLayout",
    "TitleLayout",
]

Role = Literal["text", "muted", "primary", "secondary", "tertiary", "accent", "good", "bad"]
"""A colour by what it means; the theme says which colour that is."""

PartId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Rich = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Coordinates = tuple[Number, Number]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Part(_Model):
    """Anything on a slide that a beat can reveal."""

    id: PartId


class TextPart(Part):
    """A line or paragraph of rich text."""

    text: Rich
    role: Role = "text"


class _Layout(_Model):
    @model_validator(mode="after")
    def _unique_parts(self) -> Self:
        seen: set[str] = set()
        for part in self.parts:  # type: ignore[attr-defined]  # every subclass declares its own `parts`
            if part.id in seen:
                raise ValueError(f"part id {part.id!r} is used twice")
            seen.add(part.id)
        return self


class TitleLayout(_Layout):
    """A title card: the scene's title large in the middle, lines of text below it."""

    kind: Literal["title"]
    parts: Annotated[list[TextPart], Field(max_length=4)] = []


class BulletsLayout(_Layout):
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


class FormulaLayout(_Layout):
    """A formula, or a derivation whose lines grow out of one another."""

    kind: Literal["formula"]
    parts: Annotated[list[FormulaStep], Field(min_length=1, max_length=40)]
    colors: dict[str, Role] = {}
    """LaTeX of a symbol -> its role, the same in every line."""


class Axis(_Model):
    """The range of one axis, in data units."""

    min: Number
    max: Number
    step: Annotated[Number, Field(gt=0)] | None = None
    label: str = ""
    """Rich text."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min >= self.max:
            raise ValueError("min must be below max")
        if self.step is not None and (self.max - self.min) / self.step > 100:
            raise ValueError("more than 100 ticks: use a larger step")
        return self


class Curve(Part):
    """The graph of `y = expression` over x."""

    kind: Literal["curve"]
    expression: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    """In x, Python style: `x**2 / 2 + sin(pi*x)`. Functions: sin cos tan asin acos atan sinh cosh tanh exp log log2
    log10 sqrt abs floor ceil min max; constants pi, e, tau."""
    domain: Coordinates | None = None
    label: str = ""
    role: Role = "primary"
    dashed: bool = False

    @field_validator("expression")
    @classmethod
    def _is_arithmetic(cls, expression: str) -> str:
        parse_expression(expression)
        return expression


class DataPoint(Part):
    """A marked point in data coordinates."""

    kind: Literal["point"]
    at: Coordinates
    label: str = ""
    role: Role = "accent"


class DataArea(Part):
    """The area between a curve and the x axis (or another curve)."""

    kind: Literal["area"]
    under: PartId
    """Id of a curve."""
    above: PartId | None = None
    domain: Coordinates
    label: str = ""
    role: Role = "secondary"


class DataLine(Part):
    """A straight line segment between two data points (a tangent, a secant, an asymptote)."""

    kind: Literal["line"]
    start: Coordinates
    end: Coordinates
    label: str = ""
    role: Role = "muted"
    dashed: bool = False


class DataSeries(Part):
    """Measured points, joined by straight lines or drawn as bars."""

    kind: Literal["series"]
    points: Annotated[list[Coordinates], Field(min_length=1, max_length=500)]
    style: Literal["line", "dots", "bars"] = "line"
    label: str = ""
    role: Role = "primary"


PlotPart = Annotated[Curve | DataPoint | DataArea | DataLine | DataSeries, Field(discriminator="kind")]


class PlotLayout(_Layout):
    """Axes with curves, points, areas and lines. The axes themselves are there from the first beat."""

    kind: Literal["plot"]
    x: Axis
    y: Axis
    equal: bool = False
    """Whether a unit is as long on the one axis as on the other, so that shapes and distances look as they are."""
    parts: Annotated[list[PlotPart], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        curves = {part.id for part in self.parts if isinstance(part, Curve)}
        for part in self.parts:
            if isinstance(part, DataPoint) and not (
                self.x.min <= part.at[0] <= self.x.max and self.y.min <= part.at[1] <= self.y.max
            ):
                raise ValueError(f"point {part.id!r} at {part.at} lies outside the axes")
            if isinstance(part, DataArea):
                for name in filter(None, (part.under, part.above)):
                    if name not in curves:
                        raise ValueError(f"area {part.id!r} names {name!r}, which is no curve of this plot")
        return self


class CodeSpan(Part):
    """Lines of the listing that light up together."""

    lines: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    """First and last line, counted from 1."""
    note: str = ""


class CodeLayout(_Layout):
    """A listing; the lines spoken of are lit, the others are dimmed."""

    kind: Literal["code"]
    language: str = "text"
    source: Annotated[str, StringConstraints(min_length=1, max_length=20000)]
    parts: Annotated[list[CodeSpan], Field(max_length=60)] = []

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


class TableLayout(_Layout):
    """A table, revealed row by row."""

    kind: Literal["table"]
    header: Annotated[list[str], Field(max_length=12)] = []
    parts: Annotated[list[TableRow], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        width = len(self.header) or len(self.parts[0].cells)
        for part in self.parts:
            if len(part.cells) != width:
                raise ValueError(f"row {part.id!r} has {len(part.cells)} cells where the table has {width} columns")
        return self


class QuoteLayout(_Layout):
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


class ImageLayout(_Layout):
    """One picture, or several side by side, with a caption."""

    kind: Literal["image"]
    parts: Annotated[list[ImagePart], Field(min_length=1, max_length=4)]
    caption: str = ""


Place = Coordinates | PartId
"""Figure coordinates, or the id of a point part."""


class _FigurePart(Part):
    together: bool = False
    """Appears (or acts) together with the part that is revealed before it in the same beat, not after it."""


class FigurePoint(_FigurePart):
    """A named point; drawn as a dot where `dot` is set."""

    kind: Literal["point"]
    at: Coordinates
    label: str = ""
    direction: Literal["up", "down", "left", "right", "ul", "ur", "dl", "dr"] = "up"
    dot: bool = True
    role: Role = "text"


class FigureSegment(_FigurePart):
    """A straight segment, or an arrow."""

    kind: Literal["segment", "arrow"]
    start: Place
    end: Place
    label: str = ""
    """Set beside the middle, on the side that `side` names as seen walking from start to end."""
    side: Literal["left", "right"] = "left"
    role: Role = "text"
    dashed: bool = False


class FigurePolygon(_FigurePart):
    """A closed polygon with an optional label in its middle."""

    kind: Literal["polygon"]
    vertices: Annotated[list[Place], Field(min_length=3, max_length=60)]
    label: str = ""
    role: Role = "primary"
    fill: Annotated[float, Field(ge=0, le=1)] = 0.5


class FigureSquare(_FigurePart):
    """The square that stands on a segment, on the side that `side` names as seen walking from start to end."""

    kind: Literal["square"]
    start: Place
    end: Place
    side: Literal["left", "right"] = "left"
    grid: Annotated[int, Field(ge=1, le=40)] = 1
    """Divides it into this many rows and columns of cells."""
    label: str = ""
    role: Role = "primary"
    fill: Annotated[float, Field(ge=0, le=1)] = 0.5


class FigureAngle(_FigurePart):
    """The mark of the angle at `vertex` between two arms; a right angle gets its small square."""

    kind: Literal["angle"]
    vertex: Place
    start: Place
    end: Place
    right: bool = False
    label: str = ""
    role: Role = "muted"


class FigureCircle(_FigurePart):
    """A circle."""

    kind: Literal["circle"]
    center: Place
    radius: Annotated[Number, Field(gt=0)]
    label: str = ""
    role: Role = "primary"
    fill: Annotated[float, Field(ge=0, le=1)] = 0.0


class FigureBox(_FigurePart):
    """An upright rectangle with text inside: a cell, a node of a diagram, a bar."""

    kind: Literal["box"]
    at: Place
    """Its centre."""
    width: Annotated[Number, Field(gt=0)]
    height: Annotated[Number, Field(gt=0)]
    text: str = ""
    role: Role = "primary"
    fill: Annotated[float, Field(ge=0, le=1)] = 0.25


class FigureText(_FigurePart):
    """Rich text on a place."""

    kind: Literal["text"]
    at: Place
    text: Rich
    size: Literal["label", "body", "large"] = "body"
    align: Literal["left", "center", "right"] = "center"
    """Which edge of the text stands on the place."""
    role: Role = "text"


class FigureCells(_FigurePart):
    """Little squares in rows and columns that stand for things one can count.

    Several of these on one grid (with `first` and `count`) are groups that can be coloured, dimmed or moved apart.
    """

    kind: Literal["cells"]
    at: Place
    """The grid's upper left corner."""
    columns: Annotated[int, Field(ge=1, le=100)]
    rows: Annotated[int, Field(ge=1, le=100)]
    size: Annotated[Number, Field(gt=0)] = 1.0
    """Distance from one cell to the next."""
    first: Annotated[int, Field(ge=0)] = 0
    """Cells of the grid before this group, counted down the columns from the upper left."""
    count: Annotated[int, Field(ge=1)] | None = None
    """How many cells; by default all the rest."""
    role: Role = "primary"
    fill: Annotated[float, Field(gt=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _on_the_grid(self) -> Self:
        if self.first + (self.count or 1) > self.columns * self.rows:
            raise ValueError(f"cells {self.id!r} reach beyond the {self.columns * self.rows} cells of their grid")
        return self


class FigureMove(_FigurePart):
    """An action: pieces turn about a point, then slide. Revealing it plays it."""

    kind: Literal["move"]
    targets: Annotated[list[PartId], Field(min_length=1)]
    by: Coordinates = (0.0, 0.0)
    rotate: Number = 0.0
    """Degrees, counter-clockwise."""
    about: Place | None = None
    """The point it turns about; by default the middle of each piece."""


class FigureEmphasis(_FigurePart):
    """An action on pieces that are there: dim them, hide them, or light them up."""

    kind: Literal["dim", "hide", "highlight"]
    targets: Annotated[list[PartId], Field(min_length=1)]
    role: Role | None = None
    """With `highlight`: the colour the pieces take."""


FigurePart = Annotated[
    FigurePoint
    | FigureSegment
    | FigurePolygon
    | FigureSquare
    | FigureAngle
    | FigureCircle
    | FigureBox
    | FigureText
    | FigureCells
    | FigureMove
    | FigureEmphasis,
    Field(discriminator="kind"),
]


class FigureLayout(_Layout):
    """Plane geometry and diagrams in coordinates of their own; the stage fits the whole (moves included) to the frame."""

    kind: Literal["figure"]
    parts: Annotated[list[FigurePart], Field(min_length=1, max_length=200)]
    caption: str = ""

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        points = {part.id for part in self.parts if isinstance(part, FigurePoint)}
        pieces = {part.id for part in self.parts if not isinstance(part, FigureMove | FigureEmphasis)}
        for part in self.parts:
            if isinstance(part, FigureMove | FigureEmphasis):
                for name in part.targets:
                    if name not in pieces:
                        raise ValueError(f"{part.kind} {part.id!r} names {name!r}, which is no piece of this figure")
            places = [getattr(part, name, None) for name in ("at", "start", "end", "center", "vertex", "about")]
            for place in [*places, *getattr(part, "vertices", [])]:
                if isinstance(place, str) and place not in points:
                    raise ValueError(f"{part.kind} {part.id!r} names {place!r}, which is no point of this figure")
        return self


class CustomLayout(_Layout):
    """A scene for the coder: no template, its picture is described in words and written as Manim code."""

    kind: Literal["custom"]
    brief: str = ""
    """What to draw, exactly: words, formulas, ranges, colours by role, what appears at which beat."""
    parts: list[TextPart] = []


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
