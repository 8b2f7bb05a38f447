"""What flows through the graph: paths and small values. Code, sound and pictures lie in the run folder and the store."""

from __future__ import annotations

from typing import Annotated, Any

from typing_extensions import TypedDict  # pydantic, and so Studio's input form, refuses typing's before Python 3.12

__all__ = [
    "BestDraft",
    "SceneInput",
    "SceneOutcome",
    "SceneOutput",
    "SceneState",
    "VideoInput",
    "VideoOutput",
    "VideoState",
]


class SceneOutcome(TypedDict):
    """What a scene subgraph hands back."""

    index: int
    """The scene's place in the storyboard, counted from 0."""
    draft: str
    """Key of the accepted code in the store."""
    outcome: str
    """`coded`, `template`, `fallback` or `title`."""
    coder: str
    """Who wrote the accepted draft."""
    rounds: int
    """Drafts that were checked."""
    findings: list[dict[str, Any]]
    """What the checks said of all drafts, as `Finding` data."""
    cached: bool
    """Whether its clip was in the store when it was ordered."""
    why: str
    """Why no model's draft was taken, where models were asked in vain; else empty."""
    reviews: int
    """Rounds that the reviewer asked for."""
    thinking: bool | None
    """Whether the model thought before it wrote the accepted draft; None where no model wrote it."""


def merge_scenes(left: dict[str, SceneOutcome], right: dict[str, SceneOutcome]) -> dict[str, SceneOutcome]:
    """Merge by scene id: the same result delivered twice counts once."""
    return {**left, **right}


class VideoInput(TypedDict, total=False):
    """What a caller gives."""

    source: str
    """A topic, or the path of a document or of a storyboard JSON."""
    documents: list[str]
    """Paths of documents that a video on a topic must rest on."""
    out: str
    """The run folder; by default a folder under `runs/` named after the source."""


class VideoOutput(TypedDict, total=False):
    """What a caller gets."""

    out: str
    """The run folder, absolute."""
    video: str
    """Path of the finished MP4; absent where only the plan was asked for."""


class VideoState(VideoInput, VideoOutput, total=False):
    """The state of the whole video."""

    origin: str
    """What the source turned out to be: `script` (one was written) or `storyboard`."""
    started: float
    """Unix time at which the run began."""
    voice: str
    """Name of the voice that narrates the whole video."""
    warnings: list[str]
    """What the user should know, each one line."""
    scenes: Annotated[dict[str, SceneOutcome], merge_scenes]
    """By scene id, in the order in which branches end; never rely on it."""
    order: list[str]
    """Scene ids sorted by their index."""


class BestDraft(TypedDict):
    """The draft that is taken if no better one comes. It can be drawn."""

    draft: str
    rung: int
    outcome: str
    coder: str
    score: list[int]
    """Errors, warnings and complaints of the reviewer: less is better."""
    findings: list[dict[str, Any]]
    """What the next draft has to mend in it."""
    thinking: bool | None


class SceneInput(TypedDict):
    """What `Send` carries to one scene's subgraph."""

    out: str
    scene_id: str
    index: int


class SceneOutput(TypedDict):
    """The only key a scene's subgraph writes back: parallel branches must not touch shared ones."""

    scenes: Annotated[dict[str, SceneOutcome], merge_scenes]


class SceneState(SceneInput, SceneOutput, total=False):
    """The state of one scene's loop."""

    rung: int
    """Which draft of the ladder is being tried; -1 while a model writes."""
    draft: str
    """Key of its code in the store."""
    outcome: str
    coder: str
    rounds: int
    """Drafts that were checked."""
    written: int
    """Drafts that the coder's model wrote."""
    reviews: int
    """Rounds that the reviewer's model asked for."""
    thinking: bool | None
    """Whether the model thought before it wrote this draft."""
    why: str
    """Why the model was given up; empty while it is not."""
    accepted: bool
    findings: list[dict[str, Any]]
    """Findings of every draft so far."""
    last: list[dict[str, Any]]
    """Findings of the draft at hand, the most important first; the reviewer's complaints among them."""
    feedback: str
    """The same as a coder reads it, for whoever watches the graph: at most five problems, each with its numbered lines."""
    best: BestDraft
    """The best draft so far that can be drawn; absent until there is one."""
