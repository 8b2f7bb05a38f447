"""What every check returns. Only errors block a scene."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Edit", "Finding", "Fix"]


class Edit(BaseModel):
    """Replace a stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive.

    A stretch that ends where it begins is an insertion.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    line: int = Field(ge=1)
    column: int = Field(ge=1)
    end_line: int = Field(ge=1)
    end_column: int = Field(ge=1)
    text: str


class Fix(BaseModel):
    """A rewrite that does what the code meant: all its edits together, or none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edits: list[Edit] = Field(min_length=1)
    safe: Literal[True] = True
    """Only rewrites that are proven safe are offered at all."""


class Finding(BaseModel):
    """One thing a check has to say about one place of a scene file. Lines and columns count from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    """Exclusive, in characters of `end_line` (of `line` where that is None)."""
    rule: str
    """Stable name, for example `syntax` or `off-frame`."""
    severity: Literal["error", "warning", "info"] = "error"
    message: str
    suggestion: str | None = None
    fix: Fix | None = None
