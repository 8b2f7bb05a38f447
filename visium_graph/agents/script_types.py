"""The script: what is said, scene by scene and beat by beat, before anybody decides what it looks like."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from visium_graph.sources.document import Block
from visium_graph.storyboard import Identifier, Narration

__all__ = ["Script", "ScriptBeat", "ScriptScene"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ScriptBeat(_Model):
    """What is said while one thing changes on screen."""

    id: Identifier
    say: Narration
    show: str = ""
    """What the viewer should see meanwhile, in words."""
    sources: list[str] = []
    """The sentences, list items or table rows (cells joined by ` | `) of the document that this rests on."""
    material: list[int] = []
    """Indexes into the scene's material of what appears at this beat."""


class ScriptScene(_Model):
    """One chapter: its narration, and the formulas, listings, tables and pictures that it speaks of."""

    id: Identifier
    title: str
    beats: list[ScriptBeat]
    material: list[Block] = []


class Script(_Model):
    """The narration of a video."""

    title: str
    language: str = "en"
    scenes: list[ScriptScene]
    left_out: list[str] = []
    """What of the document is not in the video: sentences for the user."""
