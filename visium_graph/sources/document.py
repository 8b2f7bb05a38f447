"""A source document as a list of blocks, whatever format it came in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Block", "CodeBlock", "Document", "Formula", "Heading", "Image", "ItemList", "Paragraph", "Quote", "Table"]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid")
    line: int = 0
    """Line of the source file, counted from 1; 0 where unknown."""


class Heading(_Block):
    """A section heading. Text of every block is *rich*: inline math stands between dollar signs, mark-up is gone."""

    kind: Literal["heading"] = "heading"
    level: int
    text: str


class Paragraph(_Block):
    """Running prose."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    terms: list[str] = []
    """What its author set in bold or italics, a few words each, in order."""


class ItemList(_Block):
    """A list; nested items are flattened."""

    kind: Literal["list"] = "list"
    ordered: bool = False
    items: list[str]


class Formula(_Block):
    """Display math: LaTeX without its dollar signs."""

    kind: Literal["formula"] = "formula"
    latex: str


class Table(_Block):
    """A table; `header` is empty where the source has none."""

    kind: Literal["table"] = "table"
    header: list[str]
    rows: list[list[str]]


class CodeBlock(_Block):
    """A fenced or indented listing."""

    kind: Literal["code"] = "code"
    language: str
    source: str


class Image(_Block):
    """A picture; `path` is relative to the run folder once it has been copied to `assets/`."""

    kind: Literal["image"] = "image"
    path: str
    alt: str = ""


class Quote(_Block):
    """A block quotation."""

    kind: Literal["quote"] = "quote"
    text: str
    attribution: str = ""


Block = Annotated[
    Heading | Paragraph | ItemList | Formula | Table | CodeBlock | Image | Quote, Field(discriminator="kind")
]


class Document(BaseModel):
    """A document: what it is called, where it came from, and its blocks in order."""

    model_config = ConfigDict(extra="forbid")
    title: str
    origin: str
    """What the user gave: a path or a name, for messages and the report."""
    language: str = "en"
    blocks: list[Block]
    notes: list[str] = []
    """What could not be read or was left out, each a line for the user."""
