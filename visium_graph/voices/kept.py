"""The clips of a run, as its folder keeps them: what the scenes were timed to stays what is heard.

    RUN/narration/<scene>-<beat>.wav    the clips, for a person to hear
    RUN/narration/narration.json        what each of them says and when, and where it lies in the store

A service never says a thing twice in the same time. So a video is put together from the clips that its scenes were drawn
to, also where the store has lost them meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from visium_graph.run import Run
from visium_graph.store import Store
from visium_graph.voices.base import Phrase
from visium_graph.voices.narrate import KIND, Narration

__all__ = ["KeptClip", "KeptNarration"]

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeptClip(BaseModel):
    """One beat's clip."""

    scene: str
    beat: str
    say: str
    """The written words that it says."""
    key: Hash
    """Its name in the store."""
    sha256: Hash
    seconds: float
    words: list[tuple[str, float, float]]
    """Each written token, and the seconds between which it is heard."""
    warning: str | None = None

    @classmethod
    def of(cls, scene: str, beat: str, say: str, clip: Narration) -> KeptClip:
        """What is to be kept of a clip."""
        return cls(
            scene=scene,
            beat=beat,
            say=say,
            key=clip.path.stem,
            sha256=_digest(clip.path),
            seconds=clip.seconds,
            words=[(phrase.text, phrase.at, phrase.until) for phrase in clip.words],
            warning=clip.warning,
        )

    def found(self, run: Run, store: Store) -> Narration | None:
        """The clip, in the store; put back from the run folder where it is gone, None where it is gone there too."""
        path = store.find(KIND, self.key, ".wav")
        if path is None or _digest(path) != self.sha256:
            copy = run.narration(self.scene, self.beat)
            if not copy.is_file() or _digest(copy) != self.sha256:
                return None
            # Under the name of its content: a folder from elsewhere must not replace what some words sound like here.
            path = store.put(KIND, self.sha256, ".wav", copy.read_bytes())
        return Narration(path, self.seconds, tuple(Phrase(*word) for word in self.words), self.warning)


class KeptNarration(BaseModel):
    """`narration.json`."""

    version: Literal[1] = 1
    voice: str
    clips: Sequence[KeptClip]

    def write(self, run: Run) -> None:
        """Put it beside the clips."""
        run.write(_place(run), self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, run: Run) -> KeptNarration | None:
        """What is there, or None."""
        try:
            return cls.model_validate_json(_place(run).read_bytes())
        except (OSError, ValidationError):
            return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(run: Run) -> Path:
    return run.folder / "narration" / "narration.json"
