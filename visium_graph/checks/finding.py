"""What every check returns. Only errors block a scene."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Finding"]


class Finding(BaseModel):
    """One thing a check has to say about one place of a scene file. Lines and columns count from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    rule: str
    """Stable name, for example `syntax` or `off-frame`."""
    severity: Literal["error", "warning", "info"] = "error"
    message: str
    suggestion: str | None = None
    fix: dict[str, Any] | None = None
