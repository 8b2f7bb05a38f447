"""What a video is asked to be: the same for every agent that writes or plans it."""

from __future__ import annotations

from dataclasses import dataclass

from visium_graph.settings import Settings
from visium_graph.sources.document import Document

__all__ = ["Brief"]

_MINUTES = 3.0


@dataclass(frozen=True)
class Brief:
    """A commission."""

    topic: str
    """What the video is about, in the user's words; of a document its title."""
    document: Document | None
    """What it must rest on, where there is something."""
    audience: str
    minutes: float
    language: str
    """BCP 47 code."""
    max_scenes: int

    @classmethod
    def of(cls, source: str | Document, settings: Settings) -> Brief:
        """The commission that a source and the settings make."""
        document = source if isinstance(source, Document) else None
        topic = document.title if document else str(source)
        language = settings.language or (document.language if document else "en")
        return cls(topic, document, settings.audience, settings.length or _MINUTES, language, settings.max_scenes)
