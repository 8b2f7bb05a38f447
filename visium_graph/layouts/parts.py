"""What all layouts are made of: parts with ids, roles for colours, rich text, coordinates."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

__all__ = ["Coordinates", "Model", "Number", "Part", "PartId", "PartsLayout", "Rich", "Role", "TextPart"]

Role = Literal["text", "muted", "primary", "secondary", "tertiary", "accent", "good", "bad"]
"""A colour by what it means; the theme says which colour that is."""

PartId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Rich = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Coordinates = tuple[Number, Number]


class Model(BaseModel):
    """A model that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class Part(Model):
    """Anything on a slide that a beat can reveal."""

    id: PartId


class TextPart(Part):
    """A line or paragraph of rich text."""

    text: Rich
    role: Role = "text"


class PartsLayout(Model):
    """A layout: its `parts` have different ids."""

    @model_validator(mode="after")
    def _unique_parts(self) -> Self:
        seen: set[str] = set()
        for part in self.parts:  # type: ignore[attr-defined]  # every subclass declares its own `parts`
            if part.id in seen:
                raise ValueError(f"part id {part.id!r} is used twice")
            seen.add(part.id)
        return self
