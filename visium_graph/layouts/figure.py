"""Figures as data: plane geometry and diagrams in coordinates of their own, and what happens to their pieces."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from visium_graph.layouts.parts import Coordinates, Number, Part, PartId, PartsLayout, Rich, Role

__all__ = [
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
    "Place",
]

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


class FigureLayout(PartsLayout):
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
