"""Plots as data: axes, and what is drawn in their coordinates."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from visium_graph.expression import parse_expression
from visium_graph.layouts.parts import Coordinates, Model, Number, Part, PartId, PartsLayout, Role

__all__ = ["Axis", "Curve", "DataArea", "DataLine", "DataPoint", "DataSeries", "PlotLayout"]


class Axis(Model):
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


class PlotLayout(PartsLayout):
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
